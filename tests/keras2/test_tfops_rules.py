"""The table of rules against the installed TensorFlow; stubs; shapes; odd files."""

from __future__ import annotations

import importlib.util
import inspect
import subprocess
import sys
from typing import Any

import pytest

from kerascodegen.readers.keras2.tfops import (
    OpCall,
    Slice,
    Stub,
    Tensor,
    Translation,
    Translator,
    UntranslatableError,
    decode_call,
)
from kerascodegen.readers.keras2.tfops.aliases import ALIASES, canonical
from kerascodegen.readers.keras2.tfops.dims import (
    BATCH,
    add,
    divide_exactly,
    floor_divide,
    multiply,
    symbol,
)
from kerascodegen.readers.keras2.tfops.dtypes import dtype_name
from kerascodegen.readers.keras2.tfops.reasons import UNEQUAL, reason_for
from kerascodegen.readers.keras2.tfops.registry import RULES

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tf_keras") is None, reason="tf_keras is not installed"
)
# TensorFlow took these names away or writes its signature with *args.
_GONE = {"compat.v1.expand_dims": set(), "meshgrid": {"args"}}


def _function(symbol: str) -> Any:
    import tensorflow as tf

    found: Any = tf
    for part in symbol.split("."):
        found = getattr(found, part, None)
    return found


@needs_tensorflow
def test_signatures_are_tensorflows() -> None:
    """Parameters, their order and their defaults are those of the function itself."""
    from tensorflow.python.util import tf_inspect

    checked = 0
    for name, rule in RULES.items():
        function = _function(name)
        if function is None or name.startswith("__operators__"):
            continue
        theirs = dict(tf_inspect.signature(function).parameters)
        theirs.pop("name", None)
        ours = dict(rule.signature.parameters)
        if name in {"einsum", "meshgrid"}:
            continue
        if name not in _NAMED_OTHERWISE:
            assert list(ours) == list(theirs), name
        for key in ours.keys() & theirs.keys():
            mine, other = ours[key].default, theirs[key].default
            empty = inspect.Parameter.empty
            # TensorFlow's decorators give some required ones another name besides.
            assert mine is not empty or other is empty, (name, key)
            if isinstance(mine, int | float | str | bool) and other is not empty:
                spelled = other.name if hasattr(other, "as_numpy_dtype") else other
                assert mine == spelled, (name, key)
        checked += 1
    assert checked > 330


# One rule serves functions that name their first parameter differently.
_NAMED_OTHERWISE = frozenset({"identity_n", "tuple", "compat.v1.pad"})


@needs_tensorflow
def test_aliases_are_the_same_functions() -> None:
    from tensorflow.python.util import tf_export

    for name, target in ALIASES.items():
        function = _function(name)
        if function is None or not callable(function) or name.startswith("keras."):
            continue
        have = tf_export.get_canonical_name_for_symbol(
            function, add_prefix_to_v1_names=True
        )
        if have is not None:
            assert canonical(have) == target, name


@needs_tensorflow
def test_coverage_of_tensorflow() -> None:
    """What tf_keras can record is translated, or has a reason of its own."""
    from tests.keras2.tfops_listing import recordable, verdict

    functions = recordable()
    translated = [name for name in functions if verdict(name) == "translated"]
    assert len(functions) > 500
    assert len(translated) >= 360
    required = [
        "math.add",
        "math.reduce_mean",
        "nn.softmax",
        "nn.gelu",
        "concat",
        "stack",
        "split",
        "compat.v1.transpose",
        "reshape",
        "expand_dims",
        "compat.v1.squeeze",
        "tile",
        "pad",
        "cast",
        "clip_by_value",
        "linalg.matmul",
        "compat.v1.gather",
        "one_hot",
        "where",
        "compat.v1.shape",
        "image.resize",
        "nn.space_to_depth",
        "broadcast_to",
        "math.l2_normalize",
    ]
    assert not set(required) - set(translated)
    for name in UNEQUAL:
        assert canonical(name) not in RULES


def _translate(name: str, *args: Any, **kwargs: Any) -> Translation | Stub:
    translator = Translator()
    translator.tensor(("x", 0, 0), (None, 4, 6))
    return translator.translate("op", 0, name, args, kwargs)


X = Tensor(("x", 0, 0))


@pytest.mark.parametrize(
    ("name", "args", "kwargs", "words"),
    [
        ("strings.lower", [X], {}, "no functions on text"),
        ("random.normal", [[2, 3]], {}, "random numbers"),
        ("nn.dropout", [X], {"rate": 0.5}, "in inference too"),
        ("einsum", ["ab,bc->ac"], {}, "lost which tensors"),
        ("__operators__.eq", [X], {}, "what it is compared with"),
        ("boolean_mask", [X], {"mask": X}, "depends on values"),
        ("where", [X], {}, "depends on values"),
        ("math.segment_sum", [X], {"segment_ids": X}, "depends on values"),
        ("math.lgamma", [X], {}, "gamma"),
        ("unique", [X], {}, "depends on values"),
        ("py_function", [None, [X]], {}, "Python function"),
        ("linalg.expm", [X], {}, "no function that does the same"),
        ("made.up", [X], {}, "no function that does the same"),
        ("image.resize", [X], {"size": [4, 4], "method": "area"}, "by its method"),
        ("image.stateless_random_crop", [X], {}, "random numbers"),
        ("math.exp", [X], {"colour": 1}, "arguments do not fit"),
        ("reshape", [X], {"shape": X}, "values of a tensor"),
        (
            "nn.conv2d",
            [X],
            {"filters": [[1]], "strides": 1, "padding": "FULL"},
            "padding",
        ),
    ],
)
def test_stubs_say_why(
    name: str, args: list[Any], kwargs: dict[str, Any], words: str
) -> None:
    result = _translate(name, *args, **kwargs)
    assert isinstance(result, Stub)
    assert result.symbol == name
    assert result.args == tuple(args)
    assert result.kwargs == kwargs
    assert words in result.reason


def test_reasons_name_no_rule() -> None:
    assert reason_for("debugging.assert_equal") != reason_for("linalg.expm")
    assert reason_for("printing") == reason_for("linalg.expm")


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("float16", "float16"),
        ("tf.int32", "int32"),
        ("<dtype: 'bool'>", "bool"),
        ("DT_FLOAT", "float32"),
        ("DT_HALF", "float16"),
        (1, "float32"),
        (109, "int64"),
        ({"class_name": "DType", "config": {"name": "uint8"}}, "uint8"),
    ],
)
def test_dtypes(spelled: Any, name: str) -> None:
    assert dtype_name(spelled) == name


def test_unknown_dtype_is_refused() -> None:
    with pytest.raises(UntranslatableError):
        dtype_name("float33")


def test_dimensions() -> None:
    n = symbol("n")
    windows = multiply(BATCH, 64)
    assert divide_exactly(windows, BATCH) == 64
    assert floor_divide(windows, 64) == BATCH
    assert add(add(n, 3), multiply(n, -1)) == 3
    assert divide_exactly(n, 2) is None
    assert floor_divide(n, 2) == floor_divide(n, 2) != n
    assert multiply(n, BATCH) == multiply(BATCH, n)
    assert multiply(n, 0) == 0


def test_windows_keep_their_batch() -> None:
    """What is merged into the batch is known when it comes out again."""
    translator = Translator()
    translator.tensor(("x", 0, 0), (None, 8, 8, 4))

    def call(layer: str, name: str, *args: Any, **kwargs: Any) -> None:
        assert isinstance(
            translator.translate(layer, 0, name, args, kwargs), Translation
        )

    call("w", "reshape", X, shape=[-1, 2, 4, 2, 4, 4])
    call("t", "transpose", Tensor(("w", 0, 0)), perm=[0, 1, 3, 2, 4, 5])
    call("p", "reshape", Tensor(("t", 0, 0)), shape=[-1, 16, 4])
    call("s", "shape", Tensor(("p", 0, 0)))
    call("b", "__operators__.getitem", Tensor(("s", 0, 0)), slice_spec=0)
    call("c", "math.floordiv", Tensor(("b", 0, 0)), y=4)
    result = translator.translate(
        "r",
        0,
        "reshape",
        [Tensor(("p", 0, 0))],
        {"shape": [Tensor(("c", 0, 0)), 8, 8, 4]},
    )
    assert isinstance(result, Translation)
    (expr,) = result.outputs
    assert isinstance(expr, OpCall)
    assert expr.args[1] == (-1, 8, 8, 4)
    assert translator.shape(("r", 0, 0)) == (None, 8, 8, 4)


@pytest.mark.parametrize(
    ("class_name", "config", "shape", "expected"),
    [
        (
            "Conv2D",
            {"kernel_size": [3, 3], "strides": [2, 2], "padding": "same", "filters": 5},
            (None, 9, 8, 4),
            (None, 5, 4, 5),
        ),
        (
            "Conv2D",
            {
                "kernel_size": [3, 3],
                "strides": [1, 1],
                "padding": "valid",
                "filters": 5,
                "dilation_rate": [2, 2],
            },
            (None, 9, 8, 4),
            (None, 5, 4, 5),
        ),
        (
            "DepthwiseConv2D",
            {
                "kernel_size": [3, 3],
                "strides": [1, 1],
                "padding": "same",
                "depth_multiplier": 2,
            },
            (None, 9, 8, 4),
            (None, 9, 8, 8),
        ),
        (
            "Conv2DTranspose",
            {
                "kernel_size": [3, 3],
                "strides": [2, 2],
                "padding": "valid",
                "filters": 5,
            },
            (None, 4, 4, 3),
            (None, 9, 9, 5),
        ),
        (
            "MaxPooling2D",
            {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"},
            (None, 9, 8, 4),
            (None, 4, 4, 4),
        ),
        ("GlobalAveragePooling2D", {}, (None, 9, 8, 4), (None, 4)),
        ("Dense", {"units": 7}, (None, 5, 4), (None, 5, 7)),
        ("Flatten", {}, (None, 5, 4), (None, 20)),
        ("Reshape", {"target_shape": [-1, 2]}, (None, 5, 4), (None, 10, 2)),
        ("Permute", {"dims": [2, 1]}, (None, 5, 4), (None, 4, 5)),
        (
            "ZeroPadding2D",
            {"padding": [[1, 2], [0, 3]]},
            (None, 5, 4, 1),
            (None, 8, 7, 1),
        ),
        ("ZeroPadding1D", {"padding": [1, 2]}, (None, 5, 4), (None, 8, 4)),
        (
            "Cropping2D",
            {"cropping": [[1, 1], [0, 1]]},
            (None, 5, 4, 1),
            (None, 3, 3, 1),
        ),
        ("UpSampling2D", {"size": [2, 3]}, (None, 5, 4, 1), (None, 10, 12, 1)),
        ("Embedding", {"output_dim": 8}, (None, 5), (None, 5, 8)),
        ("LSTM", {"units": 7, "return_sequences": True}, (None, 5, 4), (None, 5, 7)),
        (
            "Bidirectional",
            {
                "layer": {"class_name": "GRU", "config": {"units": 3}},
                "merge_mode": "concat",
            },
            (None, 5, 4),
            (None, 6),
        ),
        (
            "TimeDistributed",
            {"layer": {"class_name": "Dense", "config": {"units": 3}}},
            (None, 5, 4, 2),
            (None, 5, 4, 3),
        ),
        ("RepeatVector", {"n": 3}, (None, 5), (None, 3, 5)),
        ("Dropout", {}, (None, 5), (None, 5)),
        ("Lambda", {}, (None, 5), None),
        ("Dense", {}, (None, 5), None),
    ],
)
def test_shapes_of_layers(
    class_name: str, config: dict[str, Any], shape: Any, expected: Any
) -> None:
    translator = Translator()
    translator.tensor(("x", 0, 0), shape)
    translator.layer(("y", 0, 0), class_name, config, [("x", 0, 0)])
    assert translator.shape(("y", 0, 0)) == expected
    if class_name in {"Dense", "Flatten"} and expected is not None:
        tf_keras = pytest.importorskip("tf_keras")
        layer = getattr(tf_keras.layers, class_name)(**config)
        assert tuple(layer.compute_output_shape(shape)) == expected


def test_layers_with_states_and_several_inputs() -> None:
    translator = Translator()
    for name in ("a", "b"):
        translator.tensor((name, 0, 0), (None, 5, 4))
    both = [("a", 0, 0), ("b", 0, 0)]
    translator.layer(
        ("lstm", 0, 0), "LSTM", {"units": 3, "return_state": True}, both[:1]
    )
    assert translator.shape(("lstm", 0, 2)) == (None, 3)
    translator.layer(("c", 0, 0), "Concatenate", {"axis": -1}, both)
    assert translator.shape(("c", 0, 0)) == (None, 5, 8)
    translator.layer(("d", 0, 0), "Dot", {"axes": [2, 2]}, both)
    assert translator.shape(("d", 0, 0)) == (None, 5, 5)
    translator.layer(("m", 0, 0), "MultiHeadAttention", {"num_heads": 2}, both)
    assert translator.shape(("m", 0, 0)) == (None, 5, 4)


def test_half_precision_of_layers() -> None:
    policy = {"class_name": "Policy", "config": {"name": "mixed_float16"}}
    translator = Translator()
    translator.tensor(("x", 0, 0), (None, 4))
    translator.layer(("y", 0, 0), "Dense", {"units": 2, "dtype": policy}, [("x", 0, 0)])
    assert translator.dtype(("y", 0, 0)) == "float16"


def test_constants_become_part_of_the_graph_for_layers() -> None:
    translator = Translator()
    translator.tensor(("x", 0, 0), (None, 4, 6))
    translator.translate("s", 0, "shape", [X], {})
    translator.translate(
        "n", 0, "__operators__.getitem", [Tensor(("s", 0, 0))], {"slice_spec": 1}
    )
    result = translator.translate("r", 0, "range", [Tensor(("n", 0, 0))], {})
    assert isinstance(result, Translation)
    assert result.outputs == (None,)
    expr = translator.argument(("r", 0, 0))
    assert isinstance(expr, OpCall)
    assert expr.function == "keras.ops.add"
    assert translator.argument(("x", 0, 0)) == X


def test_calls_in_files() -> None:
    def is_layer(name: str) -> bool:
        return name in {"x", "y"}

    data = ["x", 0, 0, {"y": ["y", 0, 1], "sizes": [1, 2, 3], "text": ["z", 0, 0]}]
    args, kwargs = decode_call(data, is_layer)
    assert args == (X,)
    assert kwargs == {
        "y": Tensor(("y", 0, 1)),
        "sizes": [1, 2, 3],
        "text": ["z", 0, 0],
    }
    several = [["x", 0, 0, {"axis": 1}], ["_CONSTANT_VALUE", -1, 2.0, {"axis": 1}]]
    assert decode_call(several, is_layer) == (([X, 2.0],), {"axis": 1})
    spec = [
        {"start": None, "stop": ["y", 0, 0], "step": None},
        {"class_name": "__ellipsis__"},
    ]
    _, kwargs = decode_call(["x", 0, 0, {"slice_spec": spec}], is_layer)
    assert kwargs["slice_spec"] == [Slice(None, Tensor(("y", 0, 0))), ...]


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        ["x", -1, 0, {}],
        ["x", "0", 0],
        [[[1]]],
        ["x", 0, 0, {"y": ["_COMPOSITE_TYPE", ""]}],
    ],
)
def test_damaged_calls(data: Any) -> None:
    translator = Translator()
    config = {"function": "math.add"}
    result = translator.op_layer(
        "op", 0, "TFOpLambda", config, data, {"x"}.__contains__
    )
    assert isinstance(result, Stub)


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("name", "args", "kwargs"),
    [
        ("range", [10**12], {}),
        ("zeros", [[10**6, 10**6]], {}),
        ("eye", [10**9], {}),
        ("linspace", [0.0, 1.0, 10**9], {}),
        ("tile", [[[1.0]]], {"multiples": [10**9, 10**9]}),
        ("math.pow", [10], {"y": 10**9}),
        ("math.multiply", [10**300], {"y": 10**300}),
        ("split", [X], {"num_or_size_splits": 10**9, "axis": 1}),
        ("unstack", [X], {"axis": 99}),
        ("transpose", [X], {"perm": [7, 8]}),
        ("math.reduce_mean", [X], {"axis": "last"}),
        ("reshape", [X], {"shape": [-1, -1, 0]}),
        ("concat", [[X, X]], {"axis": {"a": 1}}),
        ("math.add", [X], {"y": _nested(100)}),
        ("strided_slice", [X], {"begin": [0], "end": [1, 2], "strides": [0]}),
        ("one_hot", [X], {"depth": -5, "axis": 50}),
        ("linalg.band_part", [X], {"num_lower": None, "num_upper": 0}),
        ("signal.dct", [X], {"axis": 7, "n": []}),
        ("range", [0.0], {"limit": float("inf")}),
        ("cast", [float("nan")], {"dtype": "int32"}),
    ],
)
def test_hostile_arguments(name: str, args: list[Any], kwargs: dict[str, Any]) -> None:
    """No numbers of a file take memory or time; at most they are written down."""
    result = _translate(name, *args, **kwargs)
    written = {
        "tile": "tile",
        "math.pow": "power",
        "math.multiply": "multiply",
        "transpose": "transpose",
        "reshape": "reshape",
        "one_hot": "one_hot",
        "cast": "cast",
    }
    if name not in written:
        assert isinstance(result, Stub)
        return
    assert isinstance(result, Translation)
    (expr,) = result.outputs
    assert isinstance(expr, OpCall)
    assert expr.function == f"keras.ops.{written[name]}"
    assert len(repr(expr)) < 3000


def test_arithmetic_on_dimensions_is_bounded() -> None:
    translator = Translator()
    translator.tensor(("x", 0, 0), (None, None, 4))
    translator.translate("s", 0, "shape", [X], {})
    source = ("s", 0, 0)
    results: list[Translation | Stub] = []
    for number in range(80):
        args = [Tensor(source)]
        results.append(
            translator.translate(f"m{number}", 0, "math.multiply", args, {"y": args[0]})
        )
        source = (f"m{number}", 0, 0)
    assert isinstance(results[0], Translation)
    assert any(
        isinstance(result, Stub) or result.outputs != (None,) for result in results
    )


def test_long_sums_take_no_time() -> None:
    """Shapes of calls inside calls are found once, not twice as often a level."""
    result = _translate("math.polyval", [1.0] * 40, X)
    assert isinstance(result, Translation)
    (expr,) = result.outputs
    depth = 0
    while isinstance(expr, OpCall):
        depth, expr = depth + 1, expr.args[0]
    assert depth == 78
    assert isinstance(_translate("math.polyval", [1.0] * 5000, X), Stub)


def test_many_summands_are_added_at_once() -> None:
    result = _translate("math.add_n", [X] * 200)
    assert isinstance(result, Translation)
    (expr,) = result.outputs
    assert isinstance(expr, OpCall)
    assert expr.function == "keras.ops.sum"


def test_no_framework_is_imported() -> None:
    code = (
        "import sys; import kerascodegen.readers.keras2.tfops; "
        "bad = {'keras', 'tensorflow', 'numpy', 'jax'}; "
        "print(sorted(bad & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
