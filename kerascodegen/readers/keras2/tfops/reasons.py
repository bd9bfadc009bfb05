"""Why functions of TensorFlow have no equal in Keras."""

from __future__ import annotations

_REASONS = (
    (
        ("strings.", "compat.v1.string", "compat.v1.substr", "as_string"),
        "Keras has no functions on text",
    ),
    (
        ("random.", "image.random_", "image.stateless_random", "compat.v1.random"),
        "it draws random numbers, and its generator has no equal in Keras",
    ),
    (("ragged.", "RaggedTensor"), "Keras has no ragged tensors in its functions"),
    (
        ("sparse.", "compat.v1.sparse", "SparseTensor"),
        "Keras has no functions on sparse tensors",
    ),
    (
        ("debugging.", "compat.v1.debugging.", "Assert", "compat.v1.Print", "print"),
        "it checks or prints values, which Keras has no function for",
    ),
    (
        ("io.", "audio.", "compat.v1.io.", "image.decode", "image.encode"),
        "it reads or writes data formats, which Keras has no function for",
    ),
    (
        (
            "map_fn",
            "scan",
            "foldl",
            "foldr",
            "while_loop",
            "cond",
            "case",
            "switch_case",
            "py_function",
            "numpy_function",
            "vectorized_map",
            "compat.v1.py_func",
            "compat.v1.scan",
            "compat.v1.fold",
            "compat.v1.cond",
            "compat.v1.case",
            "grad_pass_through",
            "recompute_grad",
        ),
        "it calls a Python function, which the file does not hold",
    ),
    (("quantization.", "compat.v1.quantiz"), "Keras has no quantised tensors"),
    (("sets.",), "Keras has no functions on sets"),
)


def reason_for(symbol: str) -> str:
    """Say why a function without a rule has none.

    Args:
        symbol: Its canonical name.

    Returns:
        A clause.
    """
    for prefixes, reason in _REASONS:
        for prefix in prefixes:
            exact = symbol == prefix or symbol.removeprefix("compat.v1.") == prefix
            if exact or (prefix.endswith((".", "_")) and symbol.startswith(prefix)):
                return reason
            if prefix.startswith("compat.") and symbol.startswith(prefix):
                return reason
    return UNEQUAL.get(symbol, "Keras has no function that does the same")


UNEQUAL: dict[str, str] = {}
