"""Graphs of raw TensorFlow ops, as people wrote them with Keras 2."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.keras2.tfops_proof import Case, Input

IMAGE = Input((8, 6, 4))
SEQ = Input((5, 8))
POSITIVE = Input((8, 6, 4), low=0.2, high=3.0)
UNIT = Input((8, 6, 4), low=-0.9, high=0.9)
INTS = Input((8, 6), "int32", 0, 5)
INTS2 = Input((8, 6), "int32", 1, 5)
FLAGS = Input((8, 6), "bool")
RGB = Input((8, 6, 3), low=0.0, high=1.0)
SQUARE = Input((5, 4, 4))
_RNG = np.random.default_rng(3)


def weights(*shape: int) -> Any:
    return _RNG.normal(size=shape).astype("float32")


_KERNEL = weights(3, 3, 4, 5)
_DEPTHWISE = weights(3, 3, 4, 2)
_POINTWISE = weights(1, 1, 8, 3)
_TABLE = weights(5, 7)

_UNARY = {
    "any": """math.abs math.negative math.sign math.exp math.expm1 math.square math.sin
    math.cos math.tan math.atan math.sinh math.cosh math.tanh math.asinh math.erf
    math.erfc math.ceil math.floor math.round math.rint math.reciprocal math.sigmoid
    math.softplus math.log_sigmoid math.is_nan math.is_inf math.is_finite
    math.bessel_i0 nn.relu nn.relu6 nn.elu nn.selu nn.softsign nn.leaky_relu nn.gelu
    nn.silu nn.crelu nn.softmax nn.log_softmax nn.l2_loss math.zero_fraction
    math.reciprocal_no_nan identity stop_gradient zeros_like ones_like
    math.l2_normalize compat.v1.nn.softmax compat.v1.nn.log_softmax
    compat.v1.nn.crelu compat.v1.zeros_like compat.v1.ones_like math.conj
    linalg.matrix_transpose linalg.adjoint transpose compat.v1.transpose
    compat.v1.to_float compat.v1.to_double
    compat.v1.to_int32 compat.v1.to_int64 norm compat.v1.norm rank size shape
    compat.v1.shape compat.v1.size image.flip_left_right image.flip_up_down
    image.transpose image.rot90 image.total_variation image.image_gradients
    image.sobel_edges image.per_image_standardization convert_to_tensor
    compat.v1.convert_to_tensor""",
    "positive": "math.log math.log1p math.sqrt math.rsqrt",
    "unit": "math.asin math.acos math.atanh math.erfinv",
    "above": "math.acosh",
    "bool": "math.logical_not",
    "int": "bitwise.invert",
    "rgb": """image.rgb_to_grayscale image.rgb_to_hsv image.hsv_to_rgb image.rgb_to_yiq
    image.yiq_to_rgb image.rgb_to_yuv image.yuv_to_rgb image.adjust_gamma""",
    "square": "linalg.trace linalg.det linalg.inv linalg.pinv linalg.diag_part",
}
_UNARY_INPUTS = {
    "any": IMAGE,
    "positive": POSITIVE,
    "unit": UNIT,
    "above": Input((8, 6), low=1.1, high=3.0),
    "bool": FLAGS,
    "int": INTS,
    "rgb": RGB,
    "square": SQUARE,
}
_BINARY = {
    "any": """math.add math.subtract math.multiply math.maximum math.minimum
    math.atan2 math.equal math.not_equal math.greater math.greater_equal math.less
    math.less_equal math.divide math.truediv math.divide_no_nan math.multiply_no_nan
    math.squared_difference math.xdivy math.floormod compat.v1.div truncatemod
    math.floordiv math.nextafter realdiv""",
    "positive": "math.pow math.xlogy math.xlog1py",
    "int": """math.floormod math.floordiv compat.v1.floor_div bitwise.bitwise_and
    bitwise.bitwise_or bitwise.bitwise_xor bitwise.left_shift bitwise.right_shift
    math.add math.multiply compat.v1.div truncatediv truncatemod""",
    "bool": "math.logical_and math.logical_or math.logical_xor",
}
_BINARY_INPUTS = {"any": IMAGE, "positive": POSITIVE, "int": INTS2, "bool": FLAGS}


def _get(tf: Any, path: str) -> Any:
    for part in path.split("."):
        tf = getattr(tf, part)
    return tf


def _table_cases() -> list[Case]:
    cases = []
    for kind, names in _UNARY.items():
        for name in names.split():
            cases.append(
                Case(
                    f"{name}",
                    [_UNARY_INPUTS[kind]],
                    lambda tf, x, n=name: _get(tf, n)(x),
                )
            )
    for kind, names in _BINARY.items():
        spec = _BINARY_INPUTS[kind]
        for name in names.split():
            cases.append(
                Case(
                    f"{name}:{kind}",
                    [spec, spec],
                    lambda tf, x, y, n=name: _get(tf, n)(x, y),
                )
            )
    for name in ["mean", "sum", "max", "min", "prod", "logsumexp"]:
        for prefix in ("math.reduce_", "compat.v1.math.reduce_"):
            for label, kwargs in {
                "all": {},
                "axes": {"axis": [1, 2], "keepdims": True},
                "last": {"axis": -1},
            }.items():
                cases.append(
                    Case(
                        f"{prefix}{name}:{label}",
                        [Input((4, 3, 2))],
                        lambda tf, x, n=prefix + name, k=kwargs: _get(tf, n)(x, **k),
                        5e-6,
                    )
                )
    for name in ("any", "all"):
        for prefix in ("math.reduce_", "compat.v1.math.reduce_"):
            cases.append(
                Case(
                    f"{prefix}{name}",
                    [FLAGS],
                    lambda tf, x, n=prefix + name: _get(tf, n)(x, axis=1),
                )
            )
    for name in ("variance", "std", "euclidean_norm"):
        cases.append(
            Case(
                f"math.reduce_{name}",
                [IMAGE],
                lambda tf, x, n=name: _get(tf, "math.reduce_" + n)(x, axis=[1, -1]),
            )
        )
    return cases


def _operators() -> list[Case]:
    return [
        Case("op add", [IMAGE, IMAGE], lambda tf, x, y: x + y),
        Case("op radd", [IMAGE], lambda tf, x: 1.0 + x),
        Case("op sub", [IMAGE], lambda tf, x: x - 1.0),
        Case("op rsub", [IMAGE], lambda tf, x: 1.0 - x),
        Case("op mul", [IMAGE], lambda tf, x: 2.0 * x),
        Case("op div", [IMAGE], lambda tf, x: x / 3.0),
        Case("op rdiv", [POSITIVE], lambda tf, x: 3.0 / x),
        Case("op floordiv", [IMAGE], lambda tf, x: x // 0.5),
        Case("op floordiv int", [INTS], lambda tf, x: x // 2),
        Case("op mod", [IMAGE], lambda tf, x: x % 0.7),
        Case("op pow", [IMAGE], lambda tf, x: x**2),
        Case("op rpow", [IMAGE], lambda tf, x: 2.0**x),
        Case("op matmul", [SEQ, Input((8, 3))], lambda tf, x, y: x @ y),
        Case("op neg abs", [IMAGE], lambda tf, x: -abs(x)),
        Case("op compare", [IMAGE], lambda tf, x: [x > 0.5, x <= 0.5, x < 0, x >= 0.0]),
        Case("op logic", [FLAGS, FLAGS], lambda tf, x, y: [x & y, x | y, x ^ y, ~x]),
        Case(
            "op array", [IMAGE], lambda tf, x: x * np.float32([1, 2, 3, 4]) + [1.0] * 4
        ),
        Case(
            "op constant first", [IMAGE], lambda tf, x: tf.constant([1.0, 2, 3, 4]) - x
        ),
        Case("op half", [Input((4,), "float16")], lambda tf, x: x * 2.0 + [1.0] * 4),
        Case("op int array", [INTS], lambda tf, x: tf.add(x, [1, 2, 3, 4, 5, 6])),
    ]


def _numbers() -> list[Case]:
    return [
        Case("math.add_n", [SEQ, SEQ, SEQ], lambda tf, *x: tf.add_n(list(x))),
        Case(
            "math.accumulate_n",
            [SEQ, SEQ],
            lambda tf, *x: tf.math.accumulate_n(list(x)),
        ),
        Case("clip", [IMAGE], lambda tf, x: tf.clip_by_value(x, -0.5, 0.5)),
        Case(
            "clip tensors",
            [SEQ, SEQ],
            lambda tf, x, y: tf.clip_by_value(
                x, tf.minimum(y, 0.0), tf.maximum(y, 0.0)
            ),
        ),
        Case(
            "cast",
            [IMAGE],
            lambda tf, x: [tf.cast(x, t) for t in ("int32", tf.float16, tf.bool)],
        ),
        Case("cast same", [IMAGE], lambda tf, x: tf.cast(x, tf.float32) * 2.0),
        Case(
            "saturate",
            [Input((4,), low=-300, high=600)],
            lambda tf, x: tf.saturate_cast(x, tf.uint8),
        ),
        Case("polyval", [SEQ], lambda tf, x: tf.math.polyval([1.0, -2.0, 3.0], x)),
        Case("leaky", [SEQ], lambda tf, x: tf.nn.leaky_relu(x, alpha=0.3)),
        Case("gelu tanh", [SEQ], lambda tf, x: tf.nn.gelu(x, approximate=True)),
        Case("silu beta", [SEQ], lambda tf, x: tf.nn.silu(x, 1.7)),
        Case("complex", [SEQ, SEQ], lambda tf, x, y: tf.abs(tf.complex(x, y))),
        Case(
            "complex parts",
            [SEQ, SEQ],
            lambda tf, x, y: [
                f(tf.complex(x, y)) for f in (tf.math.real, tf.math.imag, tf.math.angle)
            ],
        ),
        Case("scalar_mul v1", [SEQ], lambda tf, x: tf.compat.v1.scalar_mul(2.0, x)),
        Case("math.scalar_mul", [SEQ], lambda tf, x: tf.math.scalar_mul(2.0, x)),
        Case("int mean", [INTS], lambda tf, x: tf.reduce_mean(x, axis=1)),
        Case(
            "where inf",
            [SEQ],
            lambda tf, x: tf.reduce_max(tf.where(x > 0, x, -np.inf), -1),
        ),
        Case("eq op", [INTS], lambda tf, x: [tf.equal(x, 2), tf.not_equal(x, 2)]),
        Case("pow tensor", [POSITIVE, POSITIVE], lambda tf, x, y: x**y, 5e-6),
    ]


def _along() -> list[Case]:
    return [
        Case(
            "argmax",
            [IMAGE],
            lambda tf, x: [tf.argmax(x), tf.argmax(x, axis=-1, output_type=tf.int32)],
        ),
        Case("argmin", [IMAGE], lambda tf, x: [tf.argmin(x), tf.argmin(x, axis=1)]),
        Case(
            "arg v1",
            [IMAGE],
            lambda tf, x: [
                tf.compat.v1.argmax(x, 1),
                tf.compat.v1.argmin(x, dimension=-1),
            ],
        ),
        Case(
            "count_nonzero",
            [INTS],
            lambda tf, x: tf.math.count_nonzero(x, axis=1, keepdims=True),
        ),
        Case(
            "count_nonzero v1",
            [INTS],
            lambda tf, x: tf.compat.v1.count_nonzero(x, axis=-1),
        ),
        Case("cumsum", [SEQ], lambda tf, x: tf.cumsum(x, axis=1)),
        Case("cumsum ex", [SEQ], lambda tf, x: tf.cumsum(x, axis=1, exclusive=True)),
        Case("cumsum rev", [SEQ], lambda tf, x: tf.cumsum(x, -1, reverse=True)),
        Case(
            "cumsum both",
            [SEQ],
            lambda tf, x: tf.cumsum(x, -1, exclusive=True, reverse=True),
        ),
        Case(
            "cumprod", [SEQ], lambda tf, x: tf.math.cumprod(x, axis=1, exclusive=True)
        ),
        Case("top_k", [SEQ], lambda tf, x: list(tf.math.top_k(x, 3))),
        Case("top_k values", [SEQ], lambda tf, x: tf.math.top_k(x, k=2).values * 2.0),
        Case(
            "top_k indices",
            [SEQ],
            lambda tf, x: tf.gather(x, tf.math.top_k(x, 2).indices, batch_dims=2),
        ),
        Case(
            "in_top_k",
            [Input((), "int32", 0, 5), Input((5,))],
            lambda tf, t, p: [
                tf.math.in_top_k(t, p, 2),
                tf.compat.v1.math.in_top_k(p, t, 2),
            ],
        ),
        Case("sort", [SEQ], lambda tf, x: [tf.sort(x), tf.sort(x, 1, "DESCENDING")]),
        Case(
            "argsort",
            [SEQ],
            lambda tf, x: [tf.argsort(x), tf.argsort(x, 1, "DESCENDING")],
        ),
        Case(
            "segments",
            [Input((4,)), Input((), "int32", 0, 3)],
            lambda tf, x, i: [
                getattr(tf.math, f"unsorted_segment_{n}")(x, i, 3)
                for n in ("sum", "mean", "sqrt_n", "prod")
            ],
        ),
        Case(
            "segments extreme",
            [Input((4,), batch=6), Input((), "int32", 0, 2, batch=6)],
            lambda tf, x, i: [
                getattr(tf.math, f"unsorted_segment_{n}")(x, i, 2)
                for n in ("max", "min")
            ],
        ),
        Case(
            "softmax axis",
            [IMAGE],
            lambda tf, x: [tf.nn.softmax(x, axis=1), tf.nn.log_softmax(x, 2)],
        ),
        Case(
            "l2_normalize",
            [IMAGE],
            lambda tf, x: tf.math.l2_normalize(x, axis=-1, epsilon=0.5),
        ),
        Case(
            "l2_normalize zero",
            [IMAGE],
            lambda tf, x: tf.math.l2_normalize(tf.nn.relu(x - 1.5), -1),
        ),
    ]


def _arrays() -> list[Case]:
    return [
        Case("concat", [IMAGE, IMAGE], lambda tf, x, y: tf.concat([x, y], -1)),
        Case(
            "concat const", [SEQ], lambda tf, x: tf.concat([x, x[:, :1] * 0 + 1.0], 1)
        ),
        Case(
            "stack",
            [SEQ, SEQ],
            lambda tf, x, y: [tf.stack([x, y]), tf.stack([x, y], axis=-1)],
        ),
        Case("unstack", [SEQ], lambda tf, x: tf.unstack(x, axis=1)),
        Case("unstack last", [Input((4, 3))], lambda tf, x: tf.unstack(x, axis=-1)),
        Case("split", [IMAGE], lambda tf, x: tf.split(x, 2, -1)),
        Case("split sizes", [SEQ], lambda tf, x: tf.split(x, [1, 2, -1], axis=2)),
        Case("transpose", [IMAGE], lambda tf, x: tf.transpose(x, [0, 2, 1, 3])),
        Case(
            "transpose v1",
            [IMAGE],
            lambda tf, x: tf.compat.v1.transpose(x, [0, 3, 1, 2]),
        ),
        Case(
            "reverse",
            [IMAGE],
            lambda tf, x: [tf.reverse(x, [1]), tf.reverse(x, [1, -1])],
        ),
        Case(
            "roll",
            [IMAGE],
            lambda tf, x: [tf.roll(x, 2, 1), tf.roll(x, [1, -2], [1, 2])],
        ),
        Case(
            "repeat",
            [SEQ],
            lambda tf, x: [tf.repeat(x, 2, axis=1), tf.repeat(x, [1, 2, 1, 0, 3], 1)],
        ),
        Case("pad", [IMAGE], lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 1], [0, 0]])),
        Case(
            "pad value",
            [SEQ],
            lambda tf, x: tf.pad(x, [[0, 0], [1, 0], [0, 0]], constant_values=7.0),
        ),
        Case(
            "pad reflect",
            [SEQ],
            lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 0]], "REFLECT"),
        ),
        Case(
            "pad symmetric",
            [SEQ],
            lambda tf, x: tf.pad(x, [[0, 0], [1, 2], [0, 0]], "SYMMETRIC"),
        ),
        Case(
            "pad v1", [SEQ], lambda tf, x: tf.compat.v1.pad(x, [[0, 0], [1, 2], [0, 0]])
        ),
        Case(
            "gather",
            [SEQ],
            lambda tf, x: [tf.gather(x, [0, 2, 1], axis=1), tf.gather(x, 3, axis=-1)],
        ),
        Case("gather table", [INTS], lambda tf, i: tf.gather(tf.constant(_TABLE), i)),
        Case(
            "gather batch",
            [Input((6, 4)), Input((3,), "int32", 0, 6)],
            lambda tf, x, i: [
                tf.gather(x, i, batch_dims=1),
                tf.gather(x, i, axis=1, batch_dims=1),
            ],
        ),
        Case(
            "gather batch one",
            [Input((6, 4)), Input((), "int32", 0, 6)],
            lambda tf, x, i: tf.gather(x, i, batch_dims=1),
        ),
        Case(
            "batch_gather",
            [Input((6,)), Input((3,), "int32", 0, 6)],
            lambda tf, x, i: tf.compat.v1.batch_gather(x, i),
        ),
        Case(
            "gather_nd",
            [Input((6, 4), batch=3), Input((2,), "int32", 0, 3)],
            lambda tf, x, i: [tf.gather_nd(x, i), tf.compat.v1.gather_nd(x, i)],
        ),
        Case(
            "gather_nd batch",
            [Input((6, 4)), Input((1,), "int32", 0, 6)],
            lambda tf, x, i: tf.gather_nd(x, i, batch_dims=1),
        ),
        Case("where", [SEQ, SEQ], lambda tf, x, y: tf.where(x > y, x, y)),
        Case("where v1", [SEQ, SEQ], lambda tf, x, y: tf.compat.v1.where(x > y, x, y)),
        Case(
            "one_hot",
            [INTS],
            lambda tf, x: [tf.one_hot(x, 5), tf.one_hot(x, 4, axis=1)],
        ),
        Case(
            "one_hot values",
            [INTS],
            lambda tf, x: tf.one_hot(x, 5, on_value=0.9, off_value=0.1),
        ),
        Case(
            "one_hot int",
            [INTS],
            lambda tf, x: tf.one_hot(x, 5, on_value=5, off_value=1),
        ),
        Case("one_hot dtype", [INTS], lambda tf, x: tf.one_hot(x, 5, dtype=tf.int32)),
        Case(
            "scatter_update",
            [Input((4,), batch=3)],
            lambda tf, x: tf.tensor_scatter_nd_update(
                x, [[0], [2]], [[1.0] * 4, [2.0] * 4]
            ),
        ),
        Case(
            "scatter_nd",
            [Input((4,), batch=3)],
            lambda tf, x: tf.scatter_nd(tf.cast(x[:, :1] * 0, tf.int32), x, [5, 4]),
        ),
        Case(
            "searchsorted",
            [Input((8,))],
            lambda tf, x: tf.searchsorted([-1.0, 0.0, 1.0], tf.reshape(x, [-1])),
        ),
        Case(
            "squeeze",
            [Input((1, 4, 1))],
            lambda tf, x: [tf.squeeze(x, [1, 3]), tf.squeeze(x, -1)],
        ),
        Case(
            "squeeze v1",
            [Input((1, 4, 1))],
            lambda tf, x: [
                tf.compat.v1.squeeze(x, squeeze_dims=[1]),
                tf.compat.v1.squeeze(x, 3),
            ],
        ),
        Case("squeeze all", [Input((1, 4, 1))], lambda tf, x: tf.squeeze(x[0])),
        Case(
            "fftshift",
            [IMAGE],
            lambda tf, x: [tf.signal.fftshift(x, [1, 2]), tf.signal.ifftshift(x, [2])],
        ),
        Case(
            "expand_dims",
            [SEQ],
            lambda tf, x: [tf.expand_dims(x, 1), tf.expand_dims(x, -1)],
        ),
        Case("expand_dims v1", [SEQ], lambda tf, x: tf.compat.v1.expand_dims(x, 1)),
        Case("tile", [SEQ], lambda tf, x: tf.tile(x, [1, 2, 3])),
        Case("broadcast_to", [SEQ], lambda tf, x: tf.broadcast_to(x[:1], [3, 5, 8])),
        Case("reshape", [IMAGE], lambda tf, x: tf.reshape(x, [-1, 48, 4])),
        Case("reshape one", [IMAGE], lambda tf, x: tf.reshape(x, [-1])),
        Case(
            "ensure_shape",
            [IMAGE],
            lambda tf, x: tf.ensure_shape(x, [None, 8, 6, 4]) * 2.0,
        ),
        Case("zeros_like int", [SEQ], lambda tf, x: tf.ones_like(x, dtype=tf.int32)),
        Case("slice", [IMAGE], lambda tf, x: tf.slice(x, [0, 1, 2, 0], [-1, 3, -1, 2])),
        Case(
            "strided_slice",
            [IMAGE],
            lambda tf, x: [
                tf.strided_slice(x, [0, 1, 0], [2, 5, 6], [1, 2, 3]),
                tf.strided_slice(
                    x, [0, 1], [0, 3], begin_mask=1, end_mask=1, shrink_axis_mask=2
                ),
            ],
        ),
        Case(
            "item",
            [IMAGE],
            lambda tf, x: [x[:, 0], x[..., 0], x[:, ::2, 1:-1], x[:, -1, ..., None]],
        ),
        Case(
            "item newaxis",
            [SEQ],
            lambda tf, x: [
                x[:, tf.newaxis],
                x[..., tf.newaxis, :],
                x[:, None, 1:3, None],
            ],
        ),
        Case(
            "item step", [SEQ], lambda tf, x: [x[:, ::-1], x[:, 3:0:-1], x[0], x[-1, 2]]
        ),
        Case(
            "parallel_stack", [Input((4,), batch=1)], lambda tf, x: tf.stack([x, x], 1)
        ),
        Case("extract", [SEQ], lambda tf, x: tf.signal.frame(x, 4, 2)),
    ]


def _linalg() -> list[Case]:
    vector = Input((8,))

    def spd(tf: Any, x: Any) -> Any:
        return tf.matmul(x, x, transpose_b=True) + tf.constant(
            np.eye(4, dtype="float32") * 4
        )

    return [
        Case(
            "matmul",
            [SEQ, SEQ],
            lambda tf, x, y: tf.matmul(x, y, transpose_b=True),
            3e-6,
        ),
        Case(
            "matmul a",
            [SEQ, SEQ],
            lambda tf, x, y: tf.matmul(x, y, transpose_a=True),
            3e-6,
        ),
        Case(
            "matmul adj",
            [SEQ, SEQ],
            lambda tf, x, y: tf.matmul(x, y, adjoint_b=True),
            3e-6,
        ),
        Case(
            "matmul const",
            [SEQ],
            lambda tf, x: tf.matmul(x, tf.constant(weights(8, 3))),
            3e-6,
        ),
        Case("matvec", [SEQ, vector], lambda tf, x, y: tf.linalg.matvec(x, y), 3e-6),
        Case(
            "matvec t",
            [SEQ, Input((5,))],
            lambda tf, x, y: tf.linalg.matvec(x, y, transpose_a=True),
            3e-6,
        ),
        Case(
            "tensordot",
            [SEQ],
            lambda tf, x: tf.tensordot(x, tf.constant(weights(8, 3)), 1),
            3e-6,
        ),
        Case(
            "tensordot axes",
            [SEQ],
            lambda tf, x: tf.tensordot(x, tf.constant(weights(3, 8)), [[2], [1]]),
            3e-6,
        ),
        Case(
            "cross",
            [Input((5, 3)), Input((5, 3))],
            lambda tf, x, y: tf.linalg.cross(x, y),
        ),
        Case("cholesky", [SQUARE], lambda tf, x: tf.linalg.cholesky(spd(tf, x)), 1e-5),
        Case("logdet", [SQUARE], lambda tf, x: tf.linalg.logdet(spd(tf, x)), 1e-5),
        Case(
            "solve",
            [SQUARE, Input((5, 4, 2))],
            lambda tf, x, y: tf.linalg.solve(spd(tf, x), y),
            1e-5,
        ),
        Case(
            "solve adjoint",
            [SQUARE, Input((5, 4, 2))],
            lambda tf, x, y: tf.linalg.solve(spd(tf, x), y, adjoint=True),
            1e-5,
        ),
        Case(
            "triangular",
            [SQUARE, Input((5, 4, 2))],
            lambda tf, x, y: [
                tf.linalg.triangular_solve(spd(tf, x), y),
                tf.linalg.triangular_solve(spd(tf, x), y, lower=False),
                tf.linalg.triangular_solve(spd(tf, x), y, adjoint=True),
            ],
            1e-5,
        ),
        Case(
            "cholesky_solve",
            [SQUARE, Input((5, 4, 2))],
            lambda tf, x, y: tf.linalg.cholesky_solve(
                tf.linalg.cholesky(spd(tf, x)), y
            ),
            1e-5,
        ),
        Case(
            "lstsq",
            [SQUARE, Input((5, 4, 2))],
            lambda tf, x, y: tf.linalg.lstsq(spd(tf, x), y, l2_regularizer=0.1),
            1e-3,
        ),
        Case("qr", [SQUARE], lambda tf, x: tf.abs(tf.linalg.qr(x)[1]), 1e-4),
        Case(
            "svd values",
            [SQUARE],
            lambda tf, x: tf.linalg.svd(x, compute_uv=False),
            1e-5,
        ),
        Case(
            "svd",
            [SQUARE],
            lambda tf, x: [
                tf.linalg.svd(x)[0],
                tf.abs(tf.linalg.svd(x)[1]),
                tf.abs(tf.linalg.svd(x)[2]),
            ],
            1e-4,
        ),
        Case(
            "eigh",
            [SQUARE],
            lambda tf, x: [
                tf.linalg.eigvalsh(spd(tf, x)),
                tf.linalg.eigh(spd(tf, x))[0],
            ],
            1e-5,
        ),
        Case(
            "norm",
            [IMAGE],
            lambda tf, x: [
                tf.norm(x, axis=-1),
                tf.norm(x, ord=1, axis=1),
                tf.norm(x, np.inf, -1),
                tf.norm(x, 3, 1),
            ],
            5e-6,
        ),
        Case(
            "norm v1",
            [IMAGE],
            lambda tf, x: tf.compat.v1.norm(x, axis=[1, 2], keep_dims=True),
        ),
        Case("normalize", [IMAGE], lambda tf, x: list(tf.linalg.normalize(x, axis=-1))),
        Case("global_norm", [SEQ, SEQ], lambda tf, x, y: tf.linalg.global_norm([x, y])),
        Case(
            "clip_by_norm",
            [SEQ],
            lambda tf, x: [tf.clip_by_norm(x, 0.5), tf.clip_by_norm(x, 2.0, axes=[-1])],
        ),
        Case(
            "clip_by_global_norm",
            [SEQ, SEQ],
            lambda tf, x, y: list(tf.clip_by_global_norm([x, y], 1.5)[0]),
        ),
        Case(
            "band_part",
            [SQUARE],
            lambda tf, x: [
                tf.linalg.band_part(x, -1, 0),
                tf.linalg.band_part(x, 1, 2),
                tf.linalg.band_part(x, 0, -1),
            ],
        ),
        Case("diag_part k", [SQUARE], lambda tf, x: tf.linalg.diag_part(x)),
        Case("diag", [SEQ], lambda tf, x: tf.linalg.diag(x)),
        Case(
            "set_diag",
            [SQUARE, Input((5, 4))],
            lambda tf, x, y: tf.linalg.set_diag(x, y),
        ),
        Case(
            "tensor_diag",
            [Input((3,), batch=1)],
            lambda tf, x: tf.linalg.tensor_diag(x[0]),
        ),
        Case(
            "tensor_diag_part",
            [SQUARE],
            lambda tf, x: tf.linalg.tensor_diag_part(x[0, 0]),
        ),
        Case(
            "fft",
            [SEQ, SEQ],
            lambda tf, x, y: tf.abs(tf.signal.fft(tf.complex(x, y))),
            1e-5,
        ),
        Case(
            "fnet",
            [SEQ],
            lambda tf, x: tf.math.real(tf.signal.fft2d(tf.cast(x, tf.complex64))) + x,
            1e-5,
        ),
        Case(
            "fourier filter",
            [SEQ],
            lambda tf, x: tf.cast(
                tf.signal.ifft(
                    tf.signal.fft(tf.cast(x, tf.complex64)) * tf.complex(x, x)
                ),
                tf.float32,
            ),
            1e-5,
        ),
        Case(
            "complex arithmetic",
            [SEQ, SEQ],
            lambda tf, x, y: [
                tf.math.imag(tf.math.conj(tf.complex(x, y)) * 2.0 + tf.complex(y, x)),
                tf.math.real(tf.complex(x, y) * tf.complex(y, x) - tf.complex(x, x)),
            ],
        ),
        Case(
            "fft2d",
            [SEQ, SEQ],
            lambda tf, x, y: [
                tf.abs(f(tf.complex(x, y))) for f in (tf.signal.fft2d, tf.signal.ifft2d)
            ],
            1e-5,
        ),
    ]


def _nn() -> list[Case]:
    seq_kernel = weights(3, 8, 5)
    volume = Input((5, 6, 4, 3))
    return [
        Case(
            "bias_add", [IMAGE], lambda tf, x: tf.nn.bias_add(x, [1.0, 2.0, 3.0, 4.0])
        ),
        Case(
            "bias_add nchw",
            [IMAGE],
            lambda tf, x: tf.nn.bias_add(x, np.arange(8, dtype="float32"), "NCHW"),
        ),
        Case(
            "xw_plus_b",
            [Input((8,))],
            lambda tf, x: [
                f(x, tf.constant(weights(8, 3)), [1.0, 2.0, 3.0])
                for f in (tf.compat.v1.nn.xw_plus_b, tf.compat.v1.nn.relu_layer)
            ],
            3e-6,
        ),
        Case("moments", [IMAGE], lambda tf, x: list(tf.nn.moments(x, [1, 2]))),
        Case(
            "moments v1",
            [IMAGE],
            lambda tf, x: list(tf.compat.v1.nn.moments(x, [1, 2], keep_dims=True)),
            3e-6,
        ),
        Case(
            "weighted_moments",
            [IMAGE, POSITIVE],
            lambda tf, x, w: list(tf.nn.weighted_moments(x, [1, 2], w)),
            3e-6,
        ),
        Case(
            "batch_normalization",
            [IMAGE],
            lambda tf, x: tf.nn.batch_normalization(
                x, *(tf.constant([v] * 4) for v in (0.1, 1.5, 0.2, 2.0)), 1e-3
            ),
        ),
        Case(
            "fused_batch_norm",
            [IMAGE],
            lambda tf, x: tf.compat.v1.nn.fused_batch_norm(
                x, [0.5] * 4, [0.1] * 4, [0.2] * 4, [1.5] * 4, is_training=False
            )[0],
        ),
        Case(
            "conv2d",
            [IMAGE],
            lambda tf, x: tf.nn.conv2d(x, tf.constant(_KERNEL), 1, "SAME"),
            5e-6,
        ),
        Case(
            "conv2d strides",
            [IMAGE],
            lambda tf, x: tf.nn.conv2d(x, tf.constant(_KERNEL), [1, 2, 2, 1], "VALID"),
            5e-6,
        ),
        Case(
            "conv2d dilated",
            [IMAGE],
            lambda tf, x: tf.nn.conv2d(x, tf.constant(_KERNEL), 1, "SAME", dilations=2),
            5e-6,
        ),
        Case(
            "conv2d explicit",
            [IMAGE],
            lambda tf, x: tf.nn.conv2d(
                x, tf.constant(_KERNEL), 1, [[0, 0], [1, 1], [2, 0], [0, 0]]
            ),
            5e-6,
        ),
        Case(
            "conv2d v1",
            [IMAGE],
            lambda tf, x: tf.compat.v1.nn.conv2d(
                x, tf.constant(_KERNEL), [1, 1, 1, 1], "SAME"
            ),
            5e-6,
        ),
        Case(
            "conv1d",
            [SEQ],
            lambda tf, x: [
                tf.nn.conv1d(x, tf.constant(seq_kernel), 2, "SAME"),
                tf.compat.v1.nn.conv1d(x, tf.constant(seq_kernel), 1, "VALID"),
            ],
            5e-6,
        ),
        Case(
            "conv3d",
            [volume],
            lambda tf, x: [
                tf.nn.conv3d(
                    x, tf.constant(weights(2, 2, 2, 3, 4)), [1, 1, 1, 1, 1], "SAME"
                ),
                tf.compat.v1.nn.conv3d(
                    x, tf.constant(weights(2, 2, 2, 3, 4)), [1, 1, 1, 1, 1], "VALID"
                ),
            ],
            5e-6,
        ),
        Case(
            "convolution",
            [IMAGE],
            lambda tf, x: [
                tf.nn.convolution(x, tf.constant(_KERNEL), padding="SAME"),
                tf.compat.v1.nn.convolution(
                    x, tf.constant(_KERNEL), "VALID", dilation_rate=[2, 2]
                ),
            ],
            5e-6,
        ),
        Case(
            "atrous",
            [IMAGE],
            lambda tf, x: tf.nn.atrous_conv2d(x, tf.constant(_KERNEL), 2, "SAME"),
            5e-6,
        ),
        Case(
            "depthwise",
            [IMAGE],
            lambda tf, x: [
                tf.nn.depthwise_conv2d(
                    x, tf.constant(_DEPTHWISE), [1, 1, 1, 1], "SAME"
                ),
                tf.compat.v1.nn.depthwise_conv2d(
                    x, tf.constant(_DEPTHWISE), [1, 1, 1, 1], "VALID"
                ),
                tf.compat.v1.nn.depthwise_conv2d_native(
                    x, tf.constant(_DEPTHWISE), [1, 2, 2, 1], "SAME"
                ),
            ],
            5e-6,
        ),
        Case(
            "separable",
            [IMAGE],
            lambda tf, x: [
                f(
                    x,
                    tf.constant(_DEPTHWISE),
                    tf.constant(_POINTWISE),
                    [1, 1, 1, 1],
                    "SAME",
                )
                for f in (tf.nn.separable_conv2d, tf.compat.v1.nn.separable_conv2d)
            ],
            1e-5,
        ),
        Case(
            "conv2d_transpose",
            [IMAGE],
            lambda tf, x: tf.nn.conv2d_transpose(
                x, tf.constant(weights(3, 3, 5, 4)), [3, 16, 12, 5], 2
            ),
            5e-6,
        ),
        Case(
            "conv2d_transpose valid",
            [IMAGE],
            lambda tf, x: tf.compat.v1.nn.conv2d_transpose(
                x,
                tf.constant(weights(3, 3, 5, 4)),
                [3, 17, 13, 5],
                [1, 2, 2, 1],
                "VALID",
            ),
            5e-6,
        ),
        Case(
            "conv1d_transpose",
            [SEQ],
            lambda tf, x: tf.nn.conv1d_transpose(
                x, tf.constant(weights(3, 4, 8)), [3, 10, 4], 2
            ),
            5e-6,
        ),
        Case(
            "conv3d_transpose",
            [volume],
            lambda tf, x: [
                tf.nn.conv3d_transpose(
                    x, tf.constant(weights(2, 2, 2, 4, 3)), [3, 10, 12, 8, 4], 2
                ),
                tf.compat.v1.nn.conv3d_transpose(
                    x,
                    tf.constant(weights(2, 2, 2, 4, 3)),
                    [3, 10, 12, 8, 4],
                    [1, 2, 2, 2, 1],
                ),
            ],
            5e-6,
        ),
        Case(
            "conv_transpose",
            [IMAGE],
            lambda tf, x: tf.nn.conv_transpose(
                x, tf.constant(weights(3, 3, 5, 4)), [3, 16, 12, 5], 2
            ),
            5e-6,
        ),
        Case(
            "pools",
            [IMAGE],
            lambda tf, x: [
                tf.nn.max_pool(x, 2, 2, "SAME"),
                tf.nn.avg_pool(x, [1, 3, 3, 1], [1, 2, 2, 1], "SAME"),
                tf.nn.max_pool2d(x, 3, 1, "VALID"),
                tf.nn.avg_pool2d(x, 2, 2, "VALID"),
            ],
        ),
        Case(
            "pools v1",
            [IMAGE],
            lambda tf, x: [
                tf.compat.v1.nn.max_pool(x, 2, 2, "SAME"),
                tf.compat.v1.nn.avg_pool(x, 2, 1, "VALID"),
            ],
        ),
        Case(
            "pools 1d",
            [SEQ],
            lambda tf, x: [
                tf.nn.max_pool1d(x, 2, 2, "SAME"),
                tf.nn.avg_pool1d(x, 2, 1, "VALID"),
            ],
        ),
        Case(
            "pools 3d",
            [volume],
            lambda tf, x: [
                tf.nn.max_pool3d(x, 2, 2, "SAME"),
                tf.nn.avg_pool3d(x, 2, 1, "VALID"),
            ],
        ),
        Case(
            "pool",
            [IMAGE],
            lambda tf, x: [
                tf.nn.pool(x, [2, 2], "MAX", strides=[2, 2]),
                tf.compat.v1.nn.pool(x, [2, 2], "AVG", "SAME"),
            ],
        ),
        Case(
            "depth_to_space",
            [IMAGE],
            lambda tf, x: [
                tf.nn.depth_to_space(x, 2),
                tf.compat.v1.depth_to_space(x, 2),
            ],
        ),
        Case(
            "space_to_depth",
            [IMAGE],
            lambda tf, x: [
                tf.nn.space_to_depth(x, 2),
                tf.compat.v1.space_to_depth(x, 2),
            ],
        ),
        Case(
            "embedding_lookup",
            [INTS],
            lambda tf, i: [
                tf.nn.embedding_lookup(tf.constant(_TABLE), i),
                tf.compat.v1.nn.embedding_lookup(tf.constant(_TABLE), i),
            ],
        ),
        Case(
            "sigmoid loss",
            [UNIT, IMAGE],
            lambda tf, z, x: [
                f(labels=z, logits=x)
                for f in (
                    tf.nn.sigmoid_cross_entropy_with_logits,
                    tf.compat.v1.nn.sigmoid_cross_entropy_with_logits,
                )
            ],
        ),
        Case(
            "softmax loss",
            [POSITIVE, IMAGE],
            lambda tf, z, x: [
                f(labels=z, logits=x)
                for f in (
                    tf.nn.softmax_cross_entropy_with_logits,
                    tf.compat.v1.nn.softmax_cross_entropy_with_logits,
                    tf.compat.v1.nn.softmax_cross_entropy_with_logits_v2,
                )
            ],
            3e-6,
        ),
        Case(
            "sparse loss",
            [Input((8, 6), "int32", 0, 4), IMAGE],
            lambda tf, z, x: [
                f(labels=z, logits=x)
                for f in (
                    tf.nn.sparse_softmax_cross_entropy_with_logits,
                    tf.compat.v1.nn.sparse_softmax_cross_entropy_with_logits,
                )
            ],
            3e-6,
        ),
        Case(
            "weighted loss",
            [UNIT, IMAGE],
            lambda tf, z, x: tf.nn.weighted_cross_entropy_with_logits(z, x, 2.5),
            3e-6,
        ),
        Case(
            "poisson loss",
            [POSITIVE, IMAGE],
            lambda tf, z, x: tf.nn.log_poisson_loss(z, x),
        ),
        Case("dropout off", [SEQ], lambda tf, x: tf.nn.dropout(x, 0.0) * 2.0),
    ]


def _images() -> list[Case]:
    old = "compat.v1.image.resize_"
    return [
        *[
            Case(
                f"resize {m}",
                [IMAGE],
                lambda tf, x, m=m: [
                    tf.image.resize(x, [16, 12], m),
                    tf.image.resize(x, [5, 7], m),
                ],
                5e-6,
            )
            for m in ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
        ],
        Case(
            "resize antialias",
            [IMAGE],
            lambda tf, x: tf.image.resize(x, [4, 3], antialias=True),
        ),
        Case(
            "resize aspect",
            [IMAGE],
            lambda tf, x: tf.image.resize(x, [16, 16], preserve_aspect_ratio=True),
        ),
        Case(
            "resize int",
            [Input((8, 6, 3), "uint8", 0, 255)],
            lambda tf, x: [
                tf.image.resize(x, [4, 4]),
                tf.image.resize(x, [4, 4], "nearest"),
            ],
            1e-5,
        ),
        *[
            Case(
                f"{old}{n} {c}",
                [IMAGE],
                lambda tf, x, n=n, c=c: [
                    _get(tf, old + n)(x, [15, 12], align_corners=c),
                    _get(tf, old + n)(x, [5, 4], align_corners=c),
                ],
                5e-6,
            )
            for n in ("bilinear", "nearest_neighbor")
            for c in (False, True)
        ],
        Case(
            "resize_images v1",
            [IMAGE],
            lambda tf, x: [
                tf.compat.v1.image.resize_images(x, [16, 9], m) for m in (0, 1)
            ],
            5e-6,
        ),
        Case(
            "half pixel v1",
            [IMAGE],
            lambda tf, x: [
                _get(tf, old + n)(x, [16, 9], half_pixel_centers=True)
                for n in ("bilinear", "nearest_neighbor", "bicubic")
            ],
            5e-6,
        ),
        Case(
            "crop",
            [IMAGE],
            lambda tf, x: [
                tf.image.crop_to_bounding_box(x, 1, 2, 4, 3),
                tf.image.central_crop(x, 0.5),
            ],
        ),
        Case(
            "frame",
            [IMAGE],
            lambda tf, x: [
                tf.image.pad_to_bounding_box(x, 1, 2, 12, 9),
                tf.image.resize_with_crop_or_pad(x, 5, 9),
            ],
        ),
        Case(
            "frame odd",
            [IMAGE],
            lambda tf, x: [
                tf.image.resize_with_crop_or_pad(x, 11, 3),
                tf.image.resize_with_crop_or_pad(x, 8, 6),
            ],
        ),
        Case("rot90", [IMAGE], lambda tf, x: [tf.image.rot90(x, k) for k in range(4)]),
        Case(
            "grayscale_to_rgb",
            [Input((4, 4, 1))],
            lambda tf, x: tf.image.grayscale_to_rgb(x),
        ),
        Case(
            "adjust",
            [RGB],
            lambda tf, x: [
                tf.image.adjust_brightness(x, 0.1),
                tf.image.adjust_contrast(x, 1.5),
                tf.image.adjust_gamma(x, 2.0, 0.5),
            ],
            3e-6,
        ),
        Case(
            "adjust hsv",
            [RGB],
            lambda tf, x: [
                tf.image.adjust_saturation(x, 1.5),
                tf.image.adjust_hue(x, 0.2),
            ],
            1e-5,
        ),
        Case(
            "patches",
            [IMAGE],
            lambda tf, x: [
                tf.image.extract_patches(
                    x, [1, 2, 2, 1], [1, 2, 2, 1], [1, 1, 1, 1], "VALID"
                ),
                tf.image.extract_patches(
                    x, [1, 3, 3, 1], [1, 1, 1, 1], [1, 1, 1, 1], "SAME"
                ),
            ],
        ),
        Case("psnr", [RGB, RGB], lambda tf, x, y: tf.image.psnr(x, y, 1.0), 5e-6),
        Case(
            "convert dtype",
            [RGB],
            lambda tf, x: [
                tf.image.convert_image_dtype(x, t)
                for t in ("float16", "uint8", "float32")
            ],
        ),
        Case(
            "convert from int",
            [Input((4, 4, 3), "uint8", 0, 255)],
            lambda tf, x: tf.image.convert_image_dtype(x, "float32"),
        ),
    ]


def _renamed() -> list[Case]:
    """What TensorFlow 2.4 to 2.10 recorded under names of TensorFlow 1."""
    cases = [
        Case(
            f"v1 {name}",
            [FLAGS if name in {"any", "all"} else Input((4, 3))],
            lambda tf, x, n=name: _get(tf, f"math.reduce_{n}")(
                x, axis=1, keepdims=True
            ),
            renamed={f"math.reduce_{name}": f"compat.v1.math.reduce_{name}"},
        )
        for name in ["mean", "sum", "max", "min", "prod", "logsumexp", "any", "all"]
    ]
    pairs = [
        (
            "argmax",
            lambda tf, x: tf.argmax(x, axis=1),
            "math.argmax",
            "compat.v1.math.argmax",
        ),
        (
            "argmin",
            lambda tf, x: tf.argmin(x, axis=1),
            "math.argmin",
            "compat.v1.math.argmin",
        ),
        (
            "gather",
            lambda tf, x: tf.gather(x, [1, 0], axis=1),
            "compat.v1.gather",
            "gather",
        ),
        (
            "transpose",
            lambda tf, x: tf.transpose(x, [0, 2, 1]),
            "compat.v1.transpose",
            "transpose",
        ),
        (
            "squeeze",
            lambda tf, x: tf.squeeze(x[:, :1], [1]),
            "compat.v1.squeeze",
            "squeeze",
        ),
        (
            "pad",
            lambda tf, x: tf.pad(x, [[0, 0], [1, 0], [0, 0]]),
            "compat.v1.pad",
            "pad",
        ),
        ("norm", lambda tf, x: tf.norm(x, axis=1), "compat.v1.norm", "norm"),
        ("swish", lambda tf, x: tf.nn.silu(x), "nn.silu", "nn.swish"),
        ("sigmoid", lambda tf, x: tf.sigmoid(x), "math.sigmoid", "nn.sigmoid"),
        ("tanh", lambda tf, x: tf.tanh(x), "math.tanh", "nn.tanh"),
        (
            "softmax",
            lambda tf, x: tf.nn.softmax(x, axis=1),
            "nn.softmax",
            "math.softmax",
        ),
        (
            "l2",
            lambda tf, x: tf.math.l2_normalize(x, axis=1),
            "math.l2_normalize",
            "linalg.l2_normalize",
        ),
        (
            "matmul",
            lambda tf, x: tf.matmul(x, x, transpose_b=True),
            "linalg.matmul",
            "matmul",
        ),
        ("mean", lambda tf, x: tf.reduce_mean(x, 1), "math.reduce_mean", "reduce_mean"),
        ("add", lambda tf, x: tf.add(x, x), "math.add", "add"),
        ("sub", lambda tf, x: x - 1.0, "math.subtract", "subtract"),
        ("rsub", lambda tf, x: x - 1.0, "math.subtract", "tf.math.subtract"),
        ("sub op", lambda tf, x: x - 1.0, "math.subtract", "__operators__.sub"),
        ("div op", lambda tf, x: x / 2.0, "math.truediv", "__operators__.truediv"),
    ]
    for name, build, old, new in pairs:
        cases.append(Case(f"v1 {name}", [Input((4, 3))], build, 3e-6, {old: new}))
    return cases


def _direct(symbol: str, *inputs: Input, **kwargs: Any) -> Case:
    """A call as another TensorFlow recorded it; tuples stand for further inputs."""

    def build(tf: Any, *x: Any) -> Any:
        given = {
            key: x[value[1]] if isinstance(value, tuple) else value
            for key, value in kwargs.items()
        }
        if "values" in given:
            return _get(tf, symbol)([x[i] for i in given.pop("values")], **given)
        return _get(tf, symbol)(x[0], **given)

    return Case(f"direct {symbol}", inputs, build, 1e-5, symbol=symbol, kwargs=kwargs)


def _directly() -> list[Case]:
    second = ("in", 1)
    kernel = weights(3, 3, 4, 5).tolist()
    up = weights(3, 3, 5, 4).tolist()
    return [
        _direct(
            "batch_to_space",
            Input((4, 4, 3), batch=4),
            block_shape=[2, 2],
            crops=[[0, 1], [1, 0]],
        ),
        _direct(
            "space_to_batch",
            Input((4, 6, 3)),
            block_shape=[2, 2],
            paddings=[[0, 0], [2, 0]],
        ),
        _direct(
            "compat.v1.batch_to_space",
            Input((4, 4, 3), batch=4),
            block_size=2,
            crops=[[0, 0], [0, 0]],
        ),
        _direct(
            "compat.v1.nn.space_to_batch",
            Input((4, 4, 3)),
            block_size=2,
            paddings=[[0, 0], [0, 0]],
        ),
        _direct("compat.v1.expand_dims", SEQ, axis=1),
        _direct("compat.v1.math.count_nonzero", INTS, axis=1),
        _direct(
            "compat.v1.nn.conv2d_transpose",
            IMAGE,
            filters=up,
            output_shape=[3, 15, 12, 5],
            strides=[1, 2, 2, 1],
        ),
        _direct(
            "compat.v1.nn.conv3d_transpose",
            Input((3, 4, 2, 3)),
            filter=weights(2, 2, 2, 4, 3).tolist(),
            output_shape=[3, 6, 8, 4, 4],
            strides=[1, 2, 2, 2, 1],
        ),
        _direct(
            "nn.conv_transpose",
            IMAGE,
            filters=up,
            output_shape=[3, 16, 12, 5],
            strides=2,
        ),
        _direct(
            "compat.v1.nn.convolution",
            IMAGE,
            filter=kernel,
            padding="SAME",
            dilations=[2, 1],
        ),
        _direct("nn.atrous_conv2d", IMAGE, filters=kernel, rate=2, padding="VALID"),
        _direct("nn.conv2d", IMAGE, filters=kernel, strides=2, padding="SAME"),
        _direct(
            "nn.conv1d",
            SEQ,
            filters=weights(3, 8, 5).tolist(),
            stride=2,
            padding="SAME",
        ),
        _direct(
            "nn.depthwise_conv2d",
            IMAGE,
            filter=weights(3, 3, 4, 2).tolist(),
            strides=[1, 1, 1, 1],
            padding="SAME",
        ),
        _direct(
            "nn.separable_conv2d",
            IMAGE,
            depthwise_filter=_DEPTHWISE.tolist(),
            pointwise_filter=_POINTWISE.tolist(),
            strides=[1, 1, 1, 1],
            padding="VALID",
        ),
        _direct("compat.v1.nn.moments", IMAGE, axes=[1, 2]),
        _direct("nn.moments", IMAGE, axes=[1], keepdims=True),
        _direct(
            "nn.weighted_moments",
            IMAGE,
            POSITIVE,
            axes=[1],
            frequency_weights=second,
            keepdims=True,
        ),
        _direct(
            "nn.batch_normalization",
            *[IMAGE, Input((8, 6, 1)), Input((1, 1, 4), low=0.5)],
            mean=second,
            variance=("in", 2),
            offset=None,
            scale=None,
            variance_epsilon=1e-3,
        ),
        _direct(
            "compat.v1.nn.softmax_cross_entropy_with_logits_v2",
            POSITIVE,
            IMAGE,
            logits=second,
        ),
        _direct(
            "nn.softmax_cross_entropy_with_logits",
            POSITIVE,
            IMAGE,
            logits=second,
            axis=1,
        ),
        _direct("nn.sigmoid_cross_entropy_with_logits", UNIT, IMAGE, logits=second),
        _direct(
            "nn.sparse_softmax_cross_entropy_with_logits",
            Input((8, 6), "int32", 0, 4),
            IMAGE,
            logits=second,
        ),
        _direct("compat.v1.nn.dropout", SEQ, rate=0.0),
        _direct("nn.crelu", SEQ, axis=1),
        _direct("nn.max_pool", IMAGE, ksize=2, strides=1, padding="VALID"),
        _direct(
            "nn.pool",
            IMAGE,
            window_shape=[2, 2],
            pooling_type="AVG",
            strides=[2, 1],
            padding="SAME",
        ),
        *[
            _direct(f"compat.v1.to_{t}", SEQ)
            for t in ("float", "double", "int32", "int64")
        ],
        _direct("gather_nd", Input((6, 4), batch=3), indices=[[0, 1], [2, 5]]),
        _direct("image.image_gradients", IMAGE),
        _direct("image.sobel_edges", IMAGE),
        _direct("image.total_variation", IMAGE),
        _direct("linalg.matvec", SEQ, Input((8,)), b=second),
        _direct("math.divide", IMAGE, IMAGE, y=second),
        _direct("realdiv", IMAGE, IMAGE, y=second),
        _direct("math.floordiv", INTS2, INTS2, y=second),
        _direct("math.logical_xor", FLAGS, FLAGS, y=second),
        _direct(
            "math.in_top_k",
            Input((), "int32", 0, 5),
            Input((5,)),
            predictions=second,
            k=2,
        ),
        _direct("linalg.logdet", Input((2, 1, 1), low=1.0)),
        _direct("shape", SEQ),
        _direct("size", SEQ),
    ]


def _others() -> list[Case]:
    row = Input((8,))
    second = ("in", 1)
    return [
        Case(
            "clip_by_average_norm",
            [SEQ],
            lambda tf, x: tf.compat.v1.clip_by_average_norm(x, 0.01),
        ),
        Case(
            "to_bfloat16",
            [SEQ],
            lambda tf, x: tf.cast(tf.compat.v1.to_bfloat16(x), tf.float32),
        ),
        Case("bessel_i0e", [SEQ], lambda tf, x: tf.math.bessel_i0e(x)),
        Case(
            "ndtri",
            [Input((4,), low=0.05, high=0.95)],
            lambda tf, x: [tf.math.ndtri(x), tf.math.erfcinv(x)],
            1e-5,
        ),
        Case(
            "invert_permutation",
            [Input((), batch=4)],
            lambda tf, x: tf.math.invert_permutation(tf.argsort(x)),
        ),
        Case(
            "monotone",
            [row],
            lambda tf, x: [
                f(y)
                for f in (tf.math.is_non_decreasing, tf.math.is_strictly_increasing)
                for y in (x, tf.sort(tf.reshape(x, [-1])))
            ],
        ),
        Case(
            "matrix_rank",
            [SQUARE],
            lambda tf, x: tf.linalg.matrix_rank(tf.linalg.band_part(x, 0, 0)),
        ),
        Case(
            "lrn",
            [IMAGE],
            lambda tf, x: [
                tf.nn.local_response_normalization(x),
                tf.nn.lrn(x, 1, 2.0, 0.5, 0.75),
            ],
            3e-6,
        ),
        Case(
            "scatter reductions",
            [Input((4,), batch=3)],
            lambda tf, x: [
                getattr(tf, f"tensor_scatter_nd_{n}")(
                    x, [[0], [2], [0]], [[1.0] * 4, [0.5] * 4, [2.0] * 4]
                )
                for n in ("add", "sub", "max", "min")
            ],
        ),
        Case(
            "unravel_index",
            [Input((), "int32", 0, 24)],
            lambda tf, x: tf.unravel_index(x, [4, 3, 2]),
        ),
        Case(
            "reverse_sequence",
            [SEQ, Input((), "int32", 1, 6)],
            lambda tf, x, n: tf.reverse_sequence(x, n, seq_axis=1, batch_axis=0),
        ),
        Case(
            "resize_with_pad",
            [IMAGE],
            lambda tf, x: [
                tf.image.resize_with_pad(x, 12, 16),
                tf.image.resize_with_pad(x, 5, 3, "nearest"),
            ],
            3e-6,
        ),
        Case(
            "ssim",
            [
                Input((16, 16, 3), low=0.0, high=1.0),
                Input((16, 16, 3), low=0.0, high=1.0),
            ],
            lambda tf, x, y: tf.image.ssim(x, y, 1.0),
            1e-5,
        ),
        Case(
            "stft", [Input((64,))], lambda tf, x: tf.abs(tf.signal.stft(x, 16, 4)), 1e-5
        ),
        Case(
            "dct",
            [SEQ],
            lambda tf, x: [
                tf.signal.dct(x),
                tf.signal.dct(x, norm="ortho"),
                tf.signal.idct(x),
                tf.signal.idct(x, norm="ortho"),
            ],
            1e-5,
        ),
        Case("tuple", [SEQ, SEQ], lambda tf, x, y: tf.identity_n([x + 1.0, y * 2.0])),
        Case(
            "shape_n", [SEQ, row], lambda tf, x, y: tf.reshape(x, tf.shape_n([x, y])[0])
        ),
        Case(
            "broadcast_dynamic_shape",
            [SEQ, Input((1, 8))],
            lambda tf, x, y: tf.broadcast_to(
                y, tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(y))
            ),
        ),
        Case("tuple v2", [SEQ, SEQ], lambda tf, x, y: tf.tuple([x, y * 2.0])),
        _direct(
            "nn.batch_norm_with_global_normalization",
            *[IMAGE] * 1,
            *[Input((), low=0.5, batch=4)] * 4,
            mean=second,
            variance=("in", 2),
            beta=("in", 3),
            gamma=("in", 4),
            variance_epsilon=1e-3,
            scale_after_normalization=True,
        ),
        _direct(
            "nn.atrous_conv2d_transpose",
            IMAGE,
            filters=weights(3, 3, 5, 4).tolist(),
            output_shape=[3, 12, 10, 5],
            rate=2,
            padding="VALID",
        ),
        _direct("image.resize_with_pad", IMAGE, target_height=10, target_width=10),
        _direct(
            "compat.v1.image.extract_image_patches",
            IMAGE,
            ksizes=[1, 2, 2, 1],
            strides=[1, 2, 2, 1],
            rates=[1, 1, 1, 1],
            padding="VALID",
        ),
        _direct("signal.dct", SEQ, norm="ortho"),
        _direct("signal.idct", SEQ),
        _direct(
            "image.ssim",
            Input((16, 16, 1), low=0.0, high=1.0),
            Input((16, 16, 1), low=0.0, high=1.0),
            img2=second,
            max_val=1.0,
            filter_size=7,
        ),
        _direct("math.is_non_decreasing", row),
        _direct("math.is_strictly_increasing", row),
        _direct("math.erfcinv", Input((4,), low=0.1, high=1.9)),
    ]


def _backend() -> list[Case]:
    """Functions of `tf.keras.backend` that are recorded by themselves."""

    def called(name: str, *inputs: Input, **kwargs: Any) -> Case:
        def build(tf: Any, *tensors: Any) -> Any:
            import tf_keras

            return getattr(tf_keras.backend, name)(*tensors, **kwargs)

        return Case(f"keras.backend.{name}", inputs, build, 1e-5)

    rows, shares = Input((5,)), Input((5,), low=0.1, high=0.9)
    return [
        called("batch_flatten", IMAGE),
        called("cast_to_floatx", INTS),
        called("categorical_crossentropy", shares, rows, from_logits=True),
        called(
            "sparse_categorical_crossentropy",
            Input((), "int32", 0, 5),
            rows,
            from_logits=True,
        ),
        called("binary_crossentropy", shares, shares),
        Case(
            "debugging.check_numerics",
            [IMAGE],
            lambda tf, x: tf.debugging.check_numerics(x, "not a number"),
        ),
    ]


TABLE = [
    *_table_cases(),
    *_operators(),
    *_numbers(),
    *_along(),
    *_arrays(),
    *_linalg(),
    *_nn(),
    *_images(),
    *_renamed(),
    *_directly(),
    *_others(),
    *_backend(),
]
