"""`tf.linalg`, products of tensors, and Fourier transforms."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops import const
from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    Output,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import Several, rule
from kerascodegen.readers.keras2.tfops.rules.reductions import reduced


def swapped(c: Context, x: Any) -> Expr:
    """Transpose matrices."""
    return op("swapaxes", x, -1, -2)


@rule("linalg.matmul")
def _matmul(
    c: Context,
    a: Any,
    b: Any,
    transpose_a: Any = False,
    transpose_b: Any = False,
    adjoint_a: Any = False,
    adjoint_b: Any = False,
    a_is_sparse: Any = False,
    b_is_sparse: Any = False,
    output_type: Any = None,
    grad_a: Any = False,
    grad_b: Any = False,
) -> Expr:
    first, second = c.pair(a, b)
    left, right = c.flag(adjoint_a), c.flag(adjoint_b)
    if left or c.flag(transpose_a):
        first = swapped(c, conjugated(c, first) if left else first)
    if right or c.flag(transpose_b):
        second = swapped(c, conjugated(c, second) if right else second)
    kind = c.dtype_name(output_type)
    if kind is not None and kind != c.dtype(first):
        first, second = op("cast", first, kind), op("cast", second, kind)
    return op("matmul", first, second)


def conjugated(c: Context, x: Any) -> Any:
    """The complex conjugate, where that is another number."""
    dtype = c.dtype(x)
    return op("conjugate", x) if dtype is None or dtype.startswith("complex") else x


@rule("linalg.matvec")
def _matvec(
    c: Context,
    a: Any,
    b: Any,
    transpose_a: Any = False,
    adjoint_a: Any = False,
    a_is_sparse: Any = False,
    b_is_sparse: Any = False,
) -> Expr:
    first, second = c.pair(a, b)
    if c.flag(adjoint_a) or c.flag(transpose_a):
        first = swapped(c, conjugated(c, first) if c.flag(adjoint_a) else first)
    column = op("expand_dims", second, axis=-1)
    return op("squeeze", op("matmul", first, column), axis=-1)


@rule("linalg.matrix_transpose")
def _matrix_transpose(c: Context, a: Any, conjugate: Any = False) -> Expr:
    x = c.tensor(a)
    return swapped(c, op("conjugate", x) if c.flag(conjugate) else x)


@rule("linalg.adjoint")
def _adjoint(c: Context, matrix: Any) -> Expr:
    return swapped(c, conjugated(c, c.tensor(matrix)))


@rule("einsum")
def _einsum(c: Context, equation: Any, *args: Any, **kwargs: Any) -> Expr:
    if not isinstance(equation, str):
        raise UntranslatableError("its equation is no text")
    if not args:
        raise UntranslatableError(
            "Keras 2 wrote its equation into the file and lost which tensors it takes"
        )
    return op("einsum", equation, *(c.tensor(arg) for arg in args))


@rule("tensordot")
def _tensordot(c: Context, a: Any, b: Any, axes: Any) -> Expr:
    first, second = c.pair(a, b)
    if isinstance(axes, int):
        return op("tensordot", first, second, axes=axes)
    left, right = (c.ints(side, "an axis") for side in axes)
    return op("tensordot", first, second, axes=(left, right))


@rule("linalg.cross")
def _cross(c: Context, a: Any, b: Any) -> Expr:
    return op("cross", *c.pair(a, b))


@rule("linalg.trace")
def _trace(c: Context, x: Any) -> Expr:
    return op("trace", c.tensor(x), axis1=-2, axis2=-1)


@rule("linalg.det")
def _det(c: Context, input: Any) -> Expr:
    return op("det", c.tensor(input))


@rule("linalg.logdet")
def _logdet(c: Context, matrix: Any) -> Expr:
    return op("logdet", c.tensor(matrix))


@rule("linalg.inv")
def _inv(c: Context, input: Any, adjoint: Any = False) -> Expr:
    x = c.tensor(input)
    return op("inv", swapped(c, conjugated(c, x)) if c.flag(adjoint) else x)


@rule("linalg.pinv")
def _pinv(c: Context, a: Any, rcond: Any = None, validate_args: Any = False) -> Expr:
    if rcond is not None:
        return op("pinv", c.tensor(a), rcond=c.number(rcond, "rcond"))
    return op("pinv", c.tensor(a))


@rule("linalg.cholesky")
def _cholesky(c: Context, input: Any) -> Expr:
    return op("cholesky", c.tensor(input))


@rule("linalg.cholesky_solve")
def _cholesky_solve(c: Context, chol: Any, rhs: Any) -> Expr:
    lower, right = c.pair(chol, rhs)
    first = op("solve_triangular", lower, right, lower=True)
    return op("solve_triangular", swapped(c, lower), first, lower=False)


@rule("linalg.solve")
def _solve(c: Context, matrix: Any, rhs: Any, adjoint: Any = False) -> Expr:
    left, right = c.pair(matrix, rhs)
    return op(
        "solve", swapped(c, conjugated(c, left)) if c.flag(adjoint) else left, right
    )


@rule("linalg.triangular_solve")
def _triangular_solve(
    c: Context, matrix: Any, rhs: Any, lower: Any = True, adjoint: Any = False
) -> Expr:
    left, right = c.pair(matrix, rhs)
    is_lower = c.flag(lower)
    if c.flag(adjoint):
        left, is_lower = swapped(c, conjugated(c, left)), not is_lower
    return op("solve_triangular", left, right, lower=is_lower)


@rule("linalg.lstsq")
def _lstsq(
    c: Context, matrix: Any, rhs: Any, l2_regularizer: Any = 0.0, fast: Any = True
) -> Expr:
    left, right = c.pair(matrix, rhs)
    # The normal equations, which is what TensorFlow solves when it is to be fast.
    if not c.flag(fast):
        raise UntranslatableError("Keras solves one system only, without a batch")
    flipped = swapped(c, left)
    normal: Any = op("matmul", flipped, left)
    weight = c.number(l2_regularizer, "l2_regularizer")
    rows, columns = c.shape(left)[-2:]
    if not (isinstance(rows, int) and isinstance(columns, int)) or rows < columns:
        raise UntranslatableError("the system is not known to have a single solution")
    if weight:
        values = [weight * (i == j) for i in range(columns) for j in range(columns)]
        ridge = const.make(map(float, values), (columns, columns), "float32")
        normal = op("add", normal, ridge)
    return op("solve", normal, op("matmul", flipped, right))


@rule("linalg.qr")
def _qr(c: Context, input: Any, full_matrices: Any = False) -> Several:
    mode = "complete" if c.flag(full_matrices) else "reduced"
    call = op("qr", c.tensor(input), mode=mode)
    return Several((Output(call, 0), Output(call, 1)))


@rule("linalg.svd")
def _svd(
    c: Context, tensor: Any, full_matrices: Any = False, compute_uv: Any = True
) -> Expr | Several:
    x, full = c.tensor(tensor), c.flag(full_matrices)
    if not c.flag(compute_uv):
        return op("svd", x, full_matrices=full, compute_uv=False)
    # TensorFlow gives the values first, and the right vectors not transposed.
    call = op("svd", x, full_matrices=full)
    right = swapped(c, conjugated(c, Output(call, 2)))
    return Several((Output(call, 1), Output(call, 0), right))


@rule("linalg.eigh")
def _eigh(c: Context, tensor: Any) -> Several:
    call = op("eigh", c.tensor(tensor))
    return Several((Output(call, 0), Output(call, 1)))


@rule("linalg.eigvalsh")
def _eigvalsh(c: Context, tensor: Any) -> Expr:
    return Output(op("eigh", c.tensor(tensor)), 0)


@rule("norm")
def _norm(
    c: Context,
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: Any = None,
) -> Expr:
    return normed(c, tensor, ord, axis, keepdims)


@rule("compat.v1.norm")
def _norm_v1(
    c: Context,
    tensor: Any,
    ord: Any = "euclidean",
    axis: Any = None,
    keepdims: Any = None,
    keep_dims: Any = None,
) -> Expr:
    return normed(c, tensor, ord, axis, keep_dims if keepdims is None else keepdims)


def normed(c: Context, tensor: Any, ord: Any, axis: Any, keepdims: Any) -> Expr:
    """A norm of vectors or matrices; of all elements where no axis is named."""
    x = c.tensor(tensor)
    if ord in ("euclidean", "fro", 2, 2.0) and not (
        isinstance(axis, list) and len(axis) == 2 and ord == 2
    ):
        return op("sqrt", reduced(c, "sum", op("square", x), axis, keepdims))
    if isinstance(axis, list | tuple) and len(axis) == 2:
        raise UntranslatableError("it is a norm of matrices")
    size = op("abs", x)
    if ord in (1, 1.0):
        return reduced(c, "sum", size, axis, keepdims)
    if ord in (float("inf"), "inf"):
        return reduced(c, "max", size, axis, keepdims)
    power = float(c.number(ord, "ord"))
    total = reduced(c, "sum", op("power", size, power), axis, keepdims)
    return op("power", total, 1.0 / power)


@rule("linalg.normalize")
def _normalize(
    c: Context, tensor: Any, ord: Any = "euclidean", axis: Any = None
) -> Several:
    x = c.tensor(tensor)
    size = normed(c, x, ord, axis, True)
    return Several((op("true_divide", x, size), size))


@rule("linalg.global_norm")
def _global_norm(c: Context, t_list: Any) -> Expr:
    return op("sqrt", squares_of(c, t_list))


def squares_of(c: Context, items: Any) -> Any:
    """The sum of the squares of all elements of tensors."""
    total: Any = None
    for item in c.tensor_list(items):
        part = op("sum", op("square", item))
        total = part if total is None else op("add", total, part)
    if total is None:
        raise UntranslatableError("a list of tensors is empty")
    return total


@rule("clip_by_norm")
def _clip_by_norm(c: Context, t: Any, clip_norm: Any, axes: Any = None) -> Expr:
    x, bound = c.tensor(t), c.tensor(clip_norm)
    squares = reduced(c, "sum", op("square", x), axes, True)
    size = op("sqrt", squares)
    return op("true_divide", op("multiply", x, bound), op("maximum", size, bound))


@rule("clip_by_global_norm")
def _clip_by_global_norm(
    c: Context, t_list: Any, clip_norm: Any, use_norm: Any = None
) -> Several:
    bound = c.tensor(clip_norm)
    size = (
        c.tensor(use_norm)
        if use_norm is not None
        else op("sqrt", squares_of(c, t_list))
    )
    factor = op("true_divide", bound, op("maximum", size, bound))
    clipped = tuple(op("multiply", x, factor) for x in c.tensor_list(t_list))
    return Several((*clipped, size))


@rule("linalg.band_part")
def _band_part(c: Context, input: Any, num_lower: Any, num_upper: Any) -> Expr:
    x = c.tensor(input)
    lower, upper = c.integer(num_lower), c.integer(num_upper)
    if lower >= 0:
        x = op("triu", x, **({"k": -lower} if lower else {}))
    if upper >= 0:
        x = op("tril", x, **({"k": upper} if upper else {}))
    return x  # type: ignore[no-any-return]


@rule("linalg.diag_part")
def _diag_part(
    c: Context,
    input: Any,
    k: Any = 0,
    padding_value: Any = 0,
    align: Any = "RIGHT_LEFT",
) -> Expr:
    offset = c.integer(k, "k")
    options: dict[str, Any] = {"offset": offset} if offset else {}
    return op("diagonal", c.tensor(input), axis1=-2, axis2=-1, **options)


@rule("linalg.diag")
def _diag(
    c: Context,
    diagonal: Any,
    k: Any = 0,
    num_rows: Any = -1,
    num_cols: Any = -1,
    padding_value: Any = 0,
    align: Any = "RIGHT_LEFT",
) -> Expr:
    x = c.tensor(diagonal)
    plain = (c.integer(k), c.integer(num_rows), c.integer(num_cols)) == (0, -1, -1)
    size = c.shape(x)[-1]
    if not plain or c.number(padding_value) != 0 or not isinstance(size, int):
        raise UntranslatableError("it is not a plain diagonal of a known size")
    return op("multiply", op("expand_dims", x, axis=-1), identity(size, c.dtype(x)))


def identity(size: int, dtype: str | None) -> const.Const:
    """A matrix of ones on the diagonal."""
    kind = dtype or "float32"
    const.size_of([size, size])
    values = [
        const.cast_item(int(i == j), kind) for i in range(size) for j in range(size)
    ]
    return const.make(values, (size, size), kind)


@rule("linalg.set_diag")
def _set_diag(
    c: Context, input: Any, diagonal: Any, k: Any = 0, align: Any = "RIGHT_LEFT"
) -> Expr:
    x, values = c.pair(input, diagonal)
    rows, columns = c.shape(x)[-2:]
    if c.integer(k, "k") or not isinstance(rows, int) or rows != columns:
        raise UntranslatableError("it is not the diagonal of square matrices")
    mask = identity(rows, "bool")
    return op("where", mask, op("expand_dims", values, axis=-1), x)


@rule("linalg.tensor_diag")
def _tensor_diag(c: Context, diagonal: Any) -> Expr:
    x = c.tensor(diagonal)
    if c.rank(x) != 1:
        raise UntranslatableError("it is not the diagonal of one matrix")
    return op("diag", x)


@rule("linalg.tensor_diag_part")
def _tensor_diag_part(c: Context, input: Any) -> Expr:
    x = c.tensor(input)
    if c.rank(x) != 2:
        raise UntranslatableError("it is not the diagonal of one matrix")
    return op("diagonal", x)


@rule("signal.frame")
def _frame(
    c: Context,
    signal: Any,
    frame_length: Any,
    frame_step: Any,
    pad_end: Any = False,
    pad_value: Any = 0,
    axis: Any = -1,
) -> Expr:
    x, length = c.tensor(signal), c.integer(frame_length, "frame_length")
    if c.flag(pad_end) or c.integer(axis) not in (-1, c.rank(x) - 1):
        raise UntranslatableError(
            "it pads its end, or frames another axis than the last"
        )
    return op("extract_sequences", x, length, c.integer(frame_step, "frame_step"))


@rule("signal.fftshift")
def _fftshift(c: Context, x: Any, axes: Any = None) -> Expr:
    return _shifted(c, x, axes, forwards=True)


@rule("signal.ifftshift")
def _ifftshift(c: Context, x: Any, axes: Any = None) -> Expr:
    return _shifted(c, x, axes, forwards=False)


def _shifted(c: Context, x: Any, axes: Any, forwards: bool) -> Expr:
    value = c.tensor(x)
    shape = c.shape(value)
    along = tuple(range(len(shape))) if axes is None else c.ints(axes, "an axis")
    for axis in along:
        size = shape[axis]
        if not isinstance(size, int):
            raise UntranslatableError("it moves an axis of an unknown size by half")
        by = size // 2 if forwards else -(size // 2)
        value = op("roll", value, by, axis=axis)
    return value  # type: ignore[no-any-return]
