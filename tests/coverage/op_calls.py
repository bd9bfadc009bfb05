"""How to call every function of `keras.ops`, with other arguments than the defaults.

Each entry takes a maker of inputs (`prove.Tensors`) and gives the outputs.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops

from tests.coverage.prove import Tensors

Call = Callable[[Tensors], Any]


def names(text: str) -> list[str]:
    """Split a list of names."""
    return text.split()


_ANY = names("""
    abs absolute angle arccos arccosh arcsin arcsinh arctan arctanh cbrt ceil conj
    conjugate copy cos cosh deg2rad erf erfc erfinv exp exp2 expm1 fabs floor
    hard_sigmoid hard_silu hard_swish hard_tanh i0 imag isfinite isinf isnan
    isneginf isposinf isreal log log10 log1p log2 log_sigmoid logical_not ndim
    negative rad2deg ravel real reciprocal relu relu6 rsqrt selu sigmoid sign
    signbit silu sin sinc sinh size softplus softsign sparse_plus sparse_sigmoid
    sqrt square stop_gradient swish tan tanh tanh_shrink trunc
""")
_TWO = names("""
    add arctan2 cross divide divide_no_nan equal floor_divide fmax fmin fmod greater
    greater_equal heaviside hypot inner kron less less_equal logaddexp logaddexp2
    logical_and logical_or logical_xor maximum minimum mod multiply nextafter
    not_equal outer polar power subtract true_divide vdot
""")
_INTEGERS = names("""
    bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor gcd
    lcm left_shift right_shift
""")
# One matrix in.
_MATRIX = names("""
    cholesky_inverse corrcoef det eig eigh fliplr flipud inv logdet lu_factor
    slogdet
""")
_REDUCE = names("""
    all amax amin any argmax argmin logsumexp max mean median min nanargmax
    nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar prod ptp
    std sum var
""")

CALLS: dict[str, Call] = {
    **{name: lambda k, n=name: getattr(ops, n)(k.f(3)) for name in _ANY},
    **{name: lambda k, n=name: getattr(ops, n)(k.f(3), k.f(3)) for name in _TWO},
    **{name: lambda k, n=name: getattr(ops, n)(k.i(3), k.i(3)) for name in _INTEGERS},
    **{name: lambda k, n=name: getattr(ops, n)(k.f(4, 4)) for name in _MATRIX},
    **{
        name: lambda k, n=name: getattr(ops, n)(k.f(2, 3, 4), axis=-2, keepdims=True)
        for name in _REDUCE
    },
    "adaptive_average_pool": lambda k: ops.adaptive_average_pool(
        k.f(2, 8, 8, 3), (2, 4)
    ),
    "adaptive_max_pool": lambda k: ops.adaptive_max_pool(k.f(2, 8, 8, 3), (2, 4)),
    "allclose": lambda k: ops.allclose(k.f(3), k.f(3), rtol=0.5, equal_nan=True),
    "append": lambda k: ops.append(k.f(2, 3), k.f(2, 3), axis=-1),
    "argpartition": lambda k: ops.argpartition(k.f(4, 3), 1, axis=0),
    "argsort": lambda k: ops.argsort(k.f(4, 3), axis=0),
    "array": lambda k: ops.array(k.f(3), dtype="int32"),
    "array_split": lambda k: ops.array_split(k.f(5, 3), 2, axis=-1),
    "average": lambda k: ops.average(k.f(2, 3), axis=1, weights=k.f(2, 3)),
    "average_pool": lambda k: ops.average_pool(k.f(2, 8, 8, 3), 2, (2, 1), "same"),
    "batch_normalization": lambda k: ops.batch_normalization(
        k.f(2, 3), k.f(3), k.f(3), axis=-1, scale=k.f(3), epsilon=0.1
    ),
    "binary_crossentropy": lambda k: ops.binary_crossentropy(
        k.f(2, 3), k.f(2, 3), from_logits=True
    ),
    "bincount": lambda k: ops.bincount(k.i(4), minlength=6),
    "bitwise_invert": lambda k: ops.bitwise_invert(k.i(3)),
    "bitwise_not": lambda k: ops.bitwise_not(k.i(3)),
    "broadcast_to": lambda k: ops.broadcast_to(k.f(1, 3), (2, 3)),
    "cast": lambda k: ops.cast(k.f(3), "int64"),
    "categorical_crossentropy": lambda k: ops.categorical_crossentropy(
        k.f(2, 3), k.f(2, 3), from_logits=True, axis=1
    ),
    "cdist": lambda k: ops.cdist(k.f(2, 3), k.f(4, 3)),
    "celu": lambda k: ops.celu(k.f(3), alpha=0.5),
    "cholesky": lambda k: ops.cholesky(k.f(4, 4), upper=True),
    "clip": lambda k: ops.clip(k.f(3), -1, 0.5),
    "concatenate": lambda k: ops.concatenate([k.f(2, 3), k.f(2, 4)], axis=-1),
    "conv": lambda k: ops.conv(
        k.f(2, 8, 8, 3), k.f(3, 3, 3, 5), (2, 1), "same", dilation_rate=1
    ),
    "conv_transpose": lambda k: ops.conv_transpose(
        k.f(2, 8, 8, 3), k.f(3, 3, 5, 3), 2, "same", output_padding=1
    ),
    "convert_to_tensor": lambda k: ops.convert_to_tensor(k.f(3), dtype="int32"),
    "correlate": lambda k: ops.correlate(k.f(4), k.f(3), mode="same"),
    "count_nonzero": lambda k: ops.count_nonzero(k.f(2, 3), axis=-1),
    "ctc_decode": lambda k: ops.ctc_decode(
        k.f(2, 5, 4), k.i(2), "beam_search", beam_width=7, mask_index=1
    ),
    "ctc_loss": lambda k: ops.ctc_loss(
        k.i(2, 3), k.f(2, 5, 4), k.i(2), k.i(2), mask_index=1
    ),
    "cumprod": lambda k: ops.cumprod(k.f(2, 3), axis=1, dtype="float16"),
    "cumsum": lambda k: ops.cumsum(k.f(2, 3), axis=-1, dtype="float16"),
    "depth_to_space": lambda k: ops.depth_to_space(k.f(2, 4, 4, 8), 2),
    "depthwise_conv": lambda k: ops.depthwise_conv(
        k.f(2, 8, 8, 3), k.f(3, 3, 3, 1), dilation_rate=2
    ),
    "diag": lambda k: ops.diag(k.f(3), k=-1),
    "diagflat": lambda k: ops.diagflat(k.f(3), k=1),
    "diagonal": lambda k: ops.diagonal(k.f(2, 3, 4), 1, axis1=-1, axis2=1),
    "diff": lambda k: ops.diff(k.f(4, 5), n=2, axis=0),
    "digitize": lambda k: ops.digitize(k.f(3), np.array([0.0, 0.5, 1.0])),
    "dot": lambda k: ops.dot(k.f(2, 3), k.f(3, 4)),
    "dot_product_attention": lambda k: ops.dot_product_attention(
        k.f(2, 5, 2, 4), k.f(2, 6, 2, 4), k.f(2, 6, 2, 4), scale=0.5
    ),
    "dsplit": lambda k: ops.dsplit(k.f(2, 3, 4), [1, 3]),
    "dstack": lambda k: ops.dstack([k.f(2, 3), k.f(2, 3)]),
    "einsum": lambda k: ops.einsum("ij,jk->ki", k.f(2, 3), k.f(3, 4)),
    "elu": lambda k: ops.elu(k.f(3), alpha=0.5),
    "empty_like": lambda k: ops.empty_like(k.f(3), dtype="int32"),
    "expand_dims": lambda k: ops.expand_dims(k.f(2, 3), (0, -1)),
    "extract_sequences": lambda k: ops.extract_sequences(k.f(2, 16), 4, 2),
    "fft": lambda k: ops.fft((k.f(2, 8), k.f(2, 8))),
    "fft2": lambda k: ops.fft2((k.f(2, 8, 8), k.f(2, 8, 8))),
    "flip": lambda k: ops.flip(k.f(2, 3), axis=-1),
    "fold": lambda k: ops.fold(k.f(2, 12, 4), (4, 4), 2, stride=2),
    "full": lambda k: ops.full((2, 3), k.f(), dtype="float16"),
    "full_like": lambda k: ops.full_like(k.f(3), 2.5, dtype="float16"),
    "gelu": lambda k: ops.gelu(k.f(3), approximate=False),
    "geomspace": lambda k: ops.geomspace(
        k.f(2), k.f(2), num=5, endpoint=False, axis=-1
    ),
    "get_item": lambda k: ops.get_item(k.f(4, 5), (slice(None, None, 2), -1)),
    "glu": lambda k: ops.glu(k.f(4, 6), axis=0),
    "hard_shrink": lambda k: ops.hard_shrink(k.f(3), threshold=0.25),
    "histogram": lambda k: ops.histogram(k.f(9), bins=4, range=(0, 3)),
    "hsplit": lambda k: ops.hsplit(k.f(2, 4), 2),
    "hstack": lambda k: ops.hstack([k.f(2, 3), k.f(2, 4)]),
    "ifft2": lambda k: ops.ifft2((k.f(2, 8, 8), k.f(2, 8, 8))),
    "in_top_k": lambda k: ops.in_top_k(k.i(2), k.f(2, 5), k=3),
    "irfft": lambda k: ops.irfft((k.f(2, 5), k.f(2, 5)), fft_length=6),
    "isclose": lambda k: ops.isclose(k.f(3), k.f(3), atol=0.5),
    "isin": lambda k: ops.isin(k.i(3), k.i(4), invert=True),
    "istft": lambda k: ops.istft(
        (k.f(2, 9, 9), k.f(2, 9, 9)), 16, 8, 16, length=60, window="hamming"
    ),
    "layer_normalization": lambda k: ops.layer_normalization(
        k.f(2, 3), k.f(3), axis=-1, epsilon=0.1
    ),
    "ldexp": lambda k: ops.ldexp(k.f(3), k.i(3)),
    "leaky_relu": lambda k: ops.leaky_relu(k.f(3), negative_slope=0.5),
    "linspace": lambda k: ops.linspace(0, k.f(2), num=5, endpoint=False, axis=-1),
    "log_softmax": lambda k: ops.log_softmax(k.f(2, 3), axis=0),
    "logspace": lambda k: ops.logspace(k.f(2), k.f(2), num=5, base=2, endpoint=False),
    "lstsq": lambda k: ops.lstsq(k.f(4, 3), k.f(4), rcond=0.1),
    "matmul": lambda k: ops.matmul(k.f(2, 3), k.f(3, 4)),
    "matrix_rank": lambda k: ops.matrix_rank(k.f(4, 4), tol=0.1),
    "max_pool": lambda k: ops.max_pool(k.f(2, 8, 8, 3), (2, 3), padding="same"),
    "meshgrid": lambda k: ops.meshgrid(k.f(2), k.f(3), indexing="ij"),
    "moments": lambda k: ops.moments(k.f(2, 3, 4), [0, 1], keepdims=True),
    "moveaxis": lambda k: ops.moveaxis(k.f(2, 3, 4), (0, 1), (-1, 0)),
    "multi_hot": lambda k: ops.multi_hot(k.i(2, 3), num_classes=5, dtype="int32"),
    "nan_to_num": lambda k: ops.nan_to_num(k.f(3), nan=1.0, posinf=9.0),
    "nancumprod": lambda k: ops.nancumprod(k.f(2, 3), axis=1, dtype="float16"),
    "nancumsum": lambda k: ops.nancumsum(k.f(2, 3), axis=1, dtype="float16"),
    "nanpercentile": lambda k: ops.nanpercentile(k.f(2, 3), 30, axis=1),
    "nanquantile": lambda k: ops.nanquantile(k.f(2, 3), 0.3, 1, method="lower"),
    "nonzero": lambda k: ops.nonzero(k.f(2, 3)),
    "norm": lambda k: ops.norm(k.f(2, 3), ord="fro", axis=(0, 1), keepdims=True),
    "normalize": lambda k: ops.normalize(k.f(2, 3), axis=0, order=1, epsilon=0.1),
    "one_hot": lambda k: ops.one_hot(k.i(2), 5, axis=0, dtype="int32"),
    "ones_like": lambda k: ops.ones_like(k.f(3), dtype="int32"),
    "pad": lambda k: ops.pad(k.f(2, 3), ((0, 1), (2, 0)), constant_values=0.5),
    "percentile": lambda k: ops.percentile(k.f(2, 3), 30, axis=1, method="nearest"),
    "pinv": lambda k: ops.pinv(k.f(4, 3), rcond=0.1),
    "psnr": lambda k: ops.psnr(k.f(2, 3), k.f(2, 3), max_val=255),
    "qr": lambda k: ops.qr(k.f(4, 3), mode="complete"),
    "quantile": lambda k: ops.quantile(k.f(2, 3), [0.1, 0.5], axis=1, keepdims=True),
    "rearrange": lambda k: ops.rearrange(k.f(2, 6, 3), "b (h w) c -> b h w c", h=2),
    "repeat": lambda k: ops.repeat(k.f(2, 3), 2, axis=-1),
    "reshape": lambda k: ops.reshape(k.f(2, 6), (-1, 3)),
    "rfft": lambda k: ops.rfft(k.f(2, 8), fft_length=6),
    "rms_normalization": lambda k: ops.rms_normalization(
        k.f(2, 3), k.f(3), epsilon=0.1
    ),
    "roll": lambda k: ops.roll(k.f(2, 3), 2, axis=-1),
    "rot90": lambda k: ops.rot90(k.f(2, 3, 4), k=3, axes=(1, 2)),
    "round": lambda k: ops.round(k.f(3), decimals=2),
    "saturate_cast": lambda k: ops.saturate_cast(k.f(3), "uint8"),
    "scatter": lambda k: ops.scatter(k.i(3, 1), k.f(3), (5,)),
    "scatter_update": lambda k: ops.scatter_update(
        k.f(5), k.i(3, 1), k.f(3), reduction="add"
    ),
    "searchsorted": lambda k: ops.searchsorted(k.f(5), k.f(3), side="right"),
    "segment_max": lambda k: ops.segment_max(k.f(5), k.i(5), 3, sorted=True),
    "segment_min": lambda k: ops.segment_min(k.f(5), k.i(5), 3),
    "segment_prod": lambda k: ops.segment_prod(k.f(5), k.i(5), num_segments=3),
    "segment_sum": lambda k: ops.segment_sum(k.f(5), k.i(5), num_segments=3),
    "select": lambda k: ops.select([k.b(3), k.b(3)], [k.f(3), k.f(3)], default=7),
    "separable_conv": lambda k: ops.separable_conv(
        k.f(2, 8, 8, 3), k.f(3, 3, 3, 1), k.f(1, 1, 3, 5), 2, "same"
    ),
    "slice": lambda k: ops.slice(k.f(4, 5), (1, 2), (2, 2)),
    "slice_update": lambda k: ops.slice_update(k.f(4, 5), [1, 2], k.f(2, 2)),
    "soft_shrink": lambda k: ops.soft_shrink(k.f(3), threshold=0.25),
    "softmax": lambda k: ops.softmax(k.f(2, 3), axis=(0, 1)),
    "solve": lambda k: ops.solve(k.f(4, 4), k.f(4, 2)),
    "solve_triangular": lambda k: ops.solve_triangular(k.f(4, 4), k.f(4), lower=True),
    "sort": lambda k: ops.sort(k.f(4, 3), axis=0),
    "space_to_depth": lambda k: ops.space_to_depth(k.f(2, 4, 4, 3), 2),
    "sparse_categorical_crossentropy": lambda k: ops.sparse_categorical_crossentropy(
        k.i(2), k.f(2, 3), from_logits=True
    ),
    "sparsemax": lambda k: ops.sparsemax(k.f(4, 3), axis=0),
    "split": lambda k: ops.split(k.f(5, 4), [1, 3], axis=1)[1],
    "squareplus": lambda k: ops.squareplus(k.f(3), b=2),
    "squeeze": lambda k: ops.squeeze(k.f(2, 1, 3, 1), axis=(1, -1)),
    "stack": lambda k: ops.stack([k.f(2, 3), k.f(2, 3)], axis=-1),
    "stft": lambda k: ops.stft(k.f(2, 64), 16, 8, 16, window=None, center=False),
    "svd": lambda k: ops.svd(k.f(4, 3), full_matrices=False),
    "swapaxes": lambda k: ops.swapaxes(k.f(2, 3, 4), 0, -1),
    "take": lambda k: ops.take(k.f(4, 3), [0, -1], axis=0),
    "take_along_axis": lambda k: ops.take_along_axis(k.f(4, 3), k.i(4, 1), axis=1),
    "tensordot": lambda k: ops.tensordot(
        k.f(2, 3, 4), k.f(4, 3, 5), axes=[[2, 1], [0, 1]]
    ),
    "threshold": lambda k: ops.threshold(k.f(3), 0.5, 7),
    "tile": lambda k: ops.tile(k.f(2, 3), [2, 1]),
    "top_k": lambda k: ops.top_k(k.f(2, 5), 2, sorted=False),
    "trace": lambda k: ops.trace(k.f(2, 3, 4), offset=1, axis1=1, axis2=-1),
    "transpose": lambda k: ops.transpose(k.f(2, 3, 4), (0, 2, 1)),
    "trapezoid": lambda k: ops.trapezoid(k.f(2, 3), dx=0.5, axis=0),
    "tril": lambda k: ops.tril(k.f(4, 4), k=-1),
    "triu": lambda k: ops.triu(k.f(4, 4), k=1),
    "unfold": lambda k: ops.unfold(k.f(2, 3, 8, 8), (2, 3), dilation=2, stride=2),
    "unique": lambda k: ops.unique(k.i(5), return_counts=True, size=4),
    "unravel_index": lambda k: ops.unravel_index(k.i(3), (4, 5)),
    "unstack": lambda k: ops.unstack(k.f(2, 3), axis=-1),
    "vander": lambda k: ops.vander(k.f(3), N=4, increasing=True),
    "view": lambda k: ops.view(k.f(3), dtype="int32"),
    "view_as_complex": lambda k: ops.view_as_real(ops.view_as_complex(k.f(3, 2))),
    "view_as_real": lambda k: ops.view_as_real(k.c(3)),
    "vsplit": lambda k: ops.vsplit(k.f(4, 3), [1, 3]),
    "vstack": lambda k: ops.vstack([k.f(2, 3), k.f(1, 3)]),
    "where": lambda k: ops.where(k.b(3), k.f(3), 0.0),
    "zeros_like": lambda k: ops.zeros_like(k.f(3), dtype="int32"),
    "image.affine_transform": lambda k: ops.image.affine_transform(
        k.f(2, 8, 8, 3), k.f(2, 8), interpolation="nearest", fill_value=1.0
    ),
    "image.crop_images": lambda k: ops.image.crop_images(
        k.f(2, 8, 8, 3), 1, 2, target_height=4, target_width=3
    ),
    "image.elastic_transform": lambda k: ops.image.elastic_transform(
        k.f(2, 8, 8, 3), alpha=10.0, sigma=3.0, seed=5
    ),
    "image.extract_patches": lambda k: ops.image.extract_patches(
        k.f(2, 8, 8, 3), (2, 3), strides=2, padding="same"
    ),
    "image.extract_patches_3d": lambda k: ops.image.extract_patches_3d(
        k.f(2, 8, 8, 8, 3), (2, 2, 3), strides=2, padding="same"
    ),
    "image.gaussian_blur": lambda k: ops.image.gaussian_blur(
        k.f(2, 8, 8, 3), kernel_size=(5, 3), sigma=(0.5, 2.0)
    ),
    "image.hsv_to_rgb": lambda k: ops.image.hsv_to_rgb(k.f(2, 8, 8, 3)),
    "image.map_coordinates": lambda k: ops.image.map_coordinates(
        k.f(8, 8), k.f(2, 5), order=0, fill_mode="nearest"
    ),
    "image.pad_images": lambda k: ops.image.pad_images(
        k.f(2, 8, 8, 3), 1, 2, target_height=12, target_width=12
    ),
    "image.perspective_transform": lambda k: ops.image.perspective_transform(
        k.f(2, 8, 8, 3), k.f(2, 4, 2), k.f(2, 4, 2), interpolation="nearest"
    ),
    "image.resize": lambda k: ops.image.resize(
        k.f(2, 8, 8, 3), (4, 6), interpolation="nearest", antialias=True
    ),
    "image.rgb_to_grayscale": lambda k: ops.image.rgb_to_grayscale(k.f(2, 8, 8, 3)),
    "image.rgb_to_hsv": lambda k: ops.image.rgb_to_hsv(k.f(2, 8, 8, 3)),
    "image.scale_and_translate": lambda k: ops.image.scale_and_translate(
        k.f(2, 8, 8, 3), (2, 4, 4, 3), k.f(2), k.f(2), (1, 2), "linear", False
    ),
    "image.sobel_edges": lambda k: ops.image.sobel_edges(k.f(2, 8, 8, 3)),
    "image.ssim": lambda k: ops.image.ssim(
        k.f(2, 16, 16, 3), k.f(2, 16, 16, 3), max_val=255.0, filter_size=7
    ),
}


def twice(x: Any) -> Any:
    """A function of the user's."""
    return 2 * x


def step(carry: Any, x: Any) -> tuple[Any, Any]:
    """A function of the user's, for a scan."""
    return carry + x, carry * x


def zero() -> Any:
    """A function of the user's, for a branch."""
    return ops.zeros((3,))


# A file has only the bare name of a function, which may be anybody's.
LIVE_ONLY: dict[str, Call] = {
    "associative_scan": lambda k: ops.associative_scan(ops.add, k.f(4, 3), axis=1),
    "map": lambda k: ops.map(ops.sin, k.f(2, 3)),
    "switch": lambda k: ops.switch(k.i(), [ops.sin, ops.cos], k.f(3)),
    "vectorized_map": lambda k: ops.vectorized_map(ops.sin, k.f(2, 3)),
}
# What they take can only be a function of the user's, and that is a stand-in.
STUBBED: dict[str, Call] = {
    "cond": lambda k: ops.cond(k.b(), zero, zero),
    "jvp": lambda k: ops.jvp(twice, (k.f(3),), (k.f(3),)),
    "scan": lambda k: ops.scan(step, k.f(3), k.f(5, 3)),
}
# Keras raises NotImplementedError on saving a model with these.
NOT_SAVED: dict[str, Call] = {
    "fori_loop": lambda k: ops.fori_loop(0, 3, ops.add, k.f(3)),
    "while_loop": lambda k: ops.while_loop(ops.less, ops.meshgrid, [k.f(), k.f()]),
}
# They make no op node: they need numbers, or give something that is no tensor.
NO_NODE: dict[str, str] = {
    **dict.fromkeys(
        ("arange", "bartlett", "blackman", "hamming", "hanning", "kaiser"),
        "needs a number",
    ),
    **dict.fromkeys(
        ("empty", "eye", "identity", "ones", "tri", "zeros"), "no tensor in"
    ),
    **dict.fromkeys(("dtype", "is_tensor", "shape"), "gives no tensor"),
    "convert_to_numpy": "needs values",
    "custom_gradient": "wraps a function",
    "vectorize": "wraps a function",
}
