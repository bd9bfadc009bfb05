"""Why functions of TensorFlow have no equal in Keras."""

from __future__ import annotations

_REASONS = (
    (
        ("strings.", "compat.v1.string", "compat.v1.substr", "as_string"),
        "Keras has no functions on text",
    ),
    (
        ("random.", "image.random_", "image.stateless_random_", "compat.v1.random"),
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


def _unequal(table: dict[str, str]) -> dict[str, str]:
    return {name: reason for reason, names in table.items() for name in names.split()}


UNEQUAL: dict[str, str] = _unequal(
    {
        "the number of segments depends on values": """math.segment_max
        math.segment_mean math.segment_min math.segment_prod math.segment_sum""",
        "how much it gives depends on values": """unique unique_with_counts
        dynamic_partition image.non_max_suppression compat.v1.setdiff1d
        image.non_max_suppression_with_scores image.non_max_suppression_overlaps
        image.non_max_suppression_padded math.bincount boolean_mask
        compat.v1.boolean_mask""",
        "Keras has no gamma function": """math.lgamma math.digamma math.polygamma
        math.igamma math.igammac math.lbeta math.zeta math.betainc""",
        "Keras has no tensors of complex numbers on all backends": """linalg.eig
        linalg.eigvals signal.fft3d signal.ifft3d fftnd ifftnd irfftnd rfftnd""",
        "it draws random numbers, and its generator has no equal in Keras": """
        nn.fractional_avg_pool nn.fractional_max_pool nn.nce_loss
        compat.v1.nn.fractional_avg_pool compat.v1.nn.fractional_max_pool
        image.sample_distorted_bounding_box nn.sampled_softmax_loss
        image.stateless_sample_distorted_bounding_box image.extract_glimpse
        compat.v1.nn.nce_loss compat.v1.nn.sampled_softmax_loss
        compat.v1.image.sample_distorted_bounding_box
        compat.v1.image.extract_glimpse math.sobol_sample random_index_shuffle""",
        "Keras has no functions on sparse tensors": """nn.embedding_lookup_sparse
        nn.safe_embedding_lookup_sparse compat.v1.nn.embedding_lookup_sparse
        compat.v1.nn.safe_embedding_lookup_sparse edit_distance nn.ctc_loss
        compat.v1.nn.ctc_loss compat.v1.nn.ctc_loss_v2 nn.ctc_greedy_decoder
        nn.ctc_beam_search_decoder compat.v1.nn.ctc_beam_search_decoder""",
        "it runs a cell that the file does not hold": """compat.v1.nn.dynamic_rnn
        compat.v1.nn.bidirectional_dynamic_rnn compat.v1.nn.raw_rnn
        compat.v1.nn.static_rnn compat.v1.nn.static_bidirectional_rnn
        compat.v1.nn.static_state_saving_rnn""",
        "it is the gradient of a convolution": """compat.v1.nn.conv2d_backprop_filter
        compat.v1.nn.conv2d_backprop_input compat.v1.nn.conv3d_backprop_filter
        conv2d_backprop_filter_v2 conv2d_backprop_input_v2
        nn.depthwise_conv2d_backprop_filter nn.depthwise_conv2d_backprop_input""",
    }
)
