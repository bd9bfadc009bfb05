"""Other names of the same functions of TensorFlow.

Old configs hold the canonical name, though which one that is has changed over the
years, and people's own tools wrote others.
"""

from __future__ import annotations

from collections.abc import Mapping

from kerascodegen.readers.keras2.tfops.registry import RULES

# The name that has a rule, and the others of the same function.
_TABLE = """
cast dtypes.cast
compat.v1.batch_gather batch_gather
compat.v1.batch_to_space_nd batch_to_space_nd
compat.v1.div div
compat.v1.floor_div floor_div
compat.v1.math.argmax compat.v1.argmax
compat.v1.math.argmin compat.v1.argmin
compat.v1.math.count_nonzero compat.v1.count_nonzero
compat.v1.math.in_top_k compat.v1.nn.in_top_k
compat.v1.math.reduce_all compat.v1.reduce_all
compat.v1.math.reduce_any compat.v1.reduce_any
compat.v1.math.reduce_logsumexp compat.v1.reduce_logsumexp
compat.v1.math.reduce_max compat.v1.reduce_max
compat.v1.math.reduce_mean compat.v1.reduce_mean
compat.v1.math.reduce_min compat.v1.reduce_min
compat.v1.math.reduce_prod compat.v1.reduce_prod
compat.v1.math.reduce_sum compat.v1.reduce_sum
compat.v1.math.scalar_mul compat.v1.scalar_mul
compat.v1.nn.depth_to_space compat.v1.depth_to_space
compat.v1.nn.log_softmax compat.v1.math.log_softmax
compat.v1.nn.softmax compat.v1.math.softmax
compat.v1.nn.space_to_depth compat.v1.space_to_depth
compat.v1.norm compat.v1.linalg.norm
compat.v1.to_float to_float
compat.v1.to_int32 to_int32
dtypes.complex complex
dtypes.saturate_cast saturate_cast
einsum linalg.einsum
eye linalg.eye
image.extract_patches extract_image_patches
image.resize_with_crop_or_pad compat.v1.image.resize_image_with_crop_or_pad
image.transpose compat.v1.image.transpose_image
linalg.band_part compat.v1.matrix_band_part
linalg.cholesky compat.v1.cholesky
linalg.cholesky_solve compat.v1.cholesky_solve
linalg.cross compat.v1.cross
linalg.det compat.v1.matrix_determinant
linalg.diag compat.v1.matrix_diag
linalg.diag_part compat.v1.matrix_diag_part
linalg.eigh compat.v1.self_adjoint_eig
linalg.eigvalsh compat.v1.self_adjoint_eigvals
linalg.global_norm compat.v1.global_norm
linalg.inv compat.v1.matrix_inverse
linalg.lstsq compat.v1.matrix_solve_ls
linalg.matmul __operators__.matmul batch_matmul matmul
linalg.matrix_transpose compat.v1.linalg.transpose compat.v1.matrix_transpose
linalg.qr compat.v1.qr
linalg.set_diag compat.v1.matrix_set_diag
linalg.solve compat.v1.matrix_solve
linalg.svd compat.v1.svd
linalg.tensor_diag compat.v1.diag
linalg.tensor_diag_part compat.v1.diag_part
linalg.trace compat.v1.trace
linalg.triangular_solve compat.v1.matrix_triangular_solve
linspace compat.v1.lin_space
math.abs __operators__.abs abs
math.accumulate_n compat.v1.accumulate_n
math.acos acos
math.acosh acosh
math.add add
math.add_n add_n
math.angle compat.v1.angle
math.argmax argmax
math.argmin argmin
math.asin asin
math.asinh asinh
math.atan atan
math.atan2 atan2
math.atanh atanh
math.ceil compat.v1.ceil
math.conj compat.v1.conj
math.cos cos
math.cosh cosh
math.cumprod compat.v1.cumprod
math.cumsum cumsum
math.divide divide
math.divide_no_nan compat.v1.div_no_nan
math.equal equal
math.erf compat.v1.erf
math.erfc compat.v1.erfc
math.exp exp keras.activations.exponential
math.expm1 compat.v1.expm1
math.floor floor
math.floordiv __operators__.floordiv compat.v1.floordiv floordiv
math.floormod __operators__.mod compat.v1.floormod compat.v1.mod floormod math.mod
  mod
math.greater __operators__.gt greater
math.greater_equal __operators__.ge greater_equal
math.imag compat.v1.imag
math.in_top_k nn.in_top_k
math.is_finite compat.v1.debugging.is_finite compat.v1.is_finite
math.is_inf compat.v1.debugging.is_inf compat.v1.is_inf
math.is_nan compat.v1.debugging.is_nan compat.v1.is_nan
math.l2_normalize linalg.l2_normalize nn.l2_normalize
math.less __operators__.lt less
math.less_equal __operators__.le less_equal
math.log compat.v1.log log
math.log1p compat.v1.log1p
math.log_sigmoid compat.v1.log_sigmoid nn.log_sigmoid
math.logical_and __operators__.and logical_and
math.logical_not __operators__.invert logical_not
math.logical_or __operators__.or logical_or
math.logical_xor __operators__.xor compat.v1.logical_xor
math.maximum maximum
math.minimum minimum
math.multiply __operators__.mul multiply
math.negative __operators__.neg negative
math.not_equal not_equal
math.pow __operators__.pow pow
math.real compat.v1.real
math.reciprocal compat.v1.reciprocal
math.reduce_all reduce_all
math.reduce_any reduce_any
math.reduce_logsumexp reduce_logsumexp
math.reduce_max reduce_max
math.reduce_mean reduce_mean
math.reduce_min reduce_min
math.reduce_prod reduce_prod
math.reduce_sum reduce_sum
math.rint compat.v1.rint
math.round round
math.rsqrt compat.v1.rsqrt
math.scalar_mul scalar_mul
math.segment_sum compat.v1.segment_sum
math.sigmoid keras.activations.sigmoid nn.sigmoid sigmoid
math.sign sign
math.sin sin
math.sinh sinh
math.softplus keras.activations.softplus nn.softplus
math.sqrt sqrt
math.square square
math.squared_difference compat.v1.squared_difference
math.subtract __operators__.sub subtract
math.tan tan
math.tanh keras.activations.tanh nn.tanh tanh
math.top_k nn.top_k
math.truediv __operators__.div __operators__.truediv truediv
math.unsorted_segment_max compat.v1.unsorted_segment_max
math.unsorted_segment_mean compat.v1.unsorted_segment_mean
math.unsorted_segment_min compat.v1.unsorted_segment_min
math.unsorted_segment_prod compat.v1.unsorted_segment_prod
math.unsorted_segment_sqrt_n compat.v1.unsorted_segment_sqrt_n
math.unsorted_segment_sum compat.v1.unsorted_segment_sum
math.zero_fraction nn.zero_fraction
nn.avg_pool compat.v1.nn.avg_pool_v2
nn.depth_to_space depth_to_space
nn.log_softmax math.log_softmax
nn.max_pool compat.v1.nn.max_pool_v2
nn.relu keras.activations.relu
nn.silu keras.activations.swish nn.swish
nn.softmax math.softmax
nn.softsign keras.activations.softsign math.softsign
nn.space_to_depth space_to_depth
norm linalg.norm
reverse compat.v1.reverse_v2
signal.fft compat.v1.fft
signal.fft2d compat.v1.fft2d
signal.ifft2d compat.v1.ifft2d
space_to_batch nn.space_to_batch
tensor_scatter_nd_update compat.v1.tensor_scatter_update
tensordot linalg.tensordot
where compat.v1.where_v2
"""


def _parse(table: str) -> dict[str, str]:
    names: dict[str, str] = {}
    name = ""
    for line in table.strip().split("\n"):
        words = line.split()
        if not line.startswith(" "):
            name, *words = words
        names |= dict.fromkeys(words, name)
    return names


ALIASES: Mapping[str, str] = _parse(_TABLE)


def canonical(symbol: str) -> str:
    """Find the name under which a rule is registered.

    Args:
        symbol: A function of TensorFlow, without `tf.`.

    Returns:
        That name, or the symbol itself.
    """
    if symbol in RULES:
        return symbol
    if symbol in ALIASES:
        return ALIASES[symbol]
    if symbol.startswith(("compat.v1.", "compat.v2.")):
        rest = symbol[len("compat.v1.") :]
        return ALIASES.get(rest, rest if rest in RULES else symbol)
    return symbol
