"""What a rule may ask about the arguments of its call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

from kerascodegen.readers.keras2.tfops.const import (
    Const,
    UnfoldableError,
    from_nested,
    scalar,
)
from kerascodegen.readers.keras2.tfops.dims import (
    Dim,
    Shape,
    Size,
    divide_exactly,
)
from kerascodegen.readers.keras2.tfops.dtypes import dtype_name
from kerascodegen.readers.keras2.tfops.expr import (
    Complex,
    Expr,
    OpCall,
    Slice,
    Tensor,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.fold import as_const
from kerascodegen.readers.keras2.tfops.infer import spec_of


class Context:
    """The tensors seen so far, and readings of arguments.

    Args:
        tensors: Tensors of the graph, earlier ones first. Their shapes say where an
            unknown dimension can be taken from.
    """

    def __init__(self, tensors: Sequence[Tensor] = ()) -> None:
        self._tensors = tensors

    def tensor(self, value: Any, like: Any = None) -> Any:
        """Read an argument that TensorFlow takes as a tensor.

        Args:
            value: A tensor, a constant, a number, or lists of those.
            like: Another argument, whose dtype a constant gets.

        Returns:
            An expression; constants may still be `Const`.

        Raises:
            UntranslatableError: It is no tensor.
        """
        if value is None:
            raise UntranslatableError("a tensor is missing")
        if isinstance(value, Complex):
            raise UntranslatableError("it takes complex numbers")
        if isinstance(value, Const) and not value.shape and value.known:
            return value.item if value.dtype in _PLAIN else value
        if isinstance(value, Dim):
            return scalar(value)
        if not isinstance(value, list | tuple):
            return value
        dtype = None
        if like is not None and not isinstance(like, bool | int | float | str):
            dtype = spec_of(like)[1]
        if _holds_tensor(value):
            parts = tuple(self.tensor(item, like) for item in value)
            return op("stack", parts, axis=0)
        try:
            return from_nested(value, dtype)
        except (UnfoldableError, ArithmeticError) as error:
            raise UntranslatableError(str(error)) from None

    def pair(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Read two operands, a constant among which gets the other's dtype."""
        return self.tensor(x, y), self.tensor(y, x)

    def tensor_list(self, value: Any) -> tuple[Any, ...]:
        """Read a list of tensors."""
        if isinstance(value, Const):
            from kerascodegen.readers.keras2.tfops.const import unstack

            return tuple(unstack(value, 0))
        if not isinstance(value, list | tuple):
            raise UntranslatableError("a list of tensors is no list")
        like = next((item for item in value if _holds_tensor(item)), None)
        return tuple(self.tensor(item, like) for item in value)

    def shape(self, value: Any) -> Shape:
        """The shape of an argument.

        Raises:
            UntranslatableError: It is not known.
        """
        shape = spec_of(value)[0]
        if shape is None:
            raise UntranslatableError("the shape of a tensor is not known")
        return shape

    def rank(self, value: Any) -> int:
        """How many axes an argument has."""
        return len(self.shape(value))

    def dtype(self, value: Any) -> str | None:
        """The dtype of an argument, where known."""
        return spec_of(value)[1]

    def sizes(self, value: Any, what: str = "a shape") -> Shape:
        """Read an argument that is a vector of integers, such as a shape."""
        try:
            if isinstance(value, int | Dim) and not isinstance(value, bool):
                return (value,)
            array = as_const(value)
        except (UnfoldableError, ArithmeticError):
            raise UntranslatableError(
                f"{what} is computed from the values of a tensor"
            ) from None
        sizes: list[Size] = []
        for item in array.values:
            if isinstance(item, Dim):
                sizes.append(item)
            elif isinstance(item, bool | str) or int(item) != item:
                raise UntranslatableError(f"{what} is no integer")
            else:
                sizes.append(int(item))
        return tuple(sizes)

    def ints(self, value: Any, what: str = "an argument") -> tuple[int, ...]:
        """Read a vector of integers, all of which are known."""
        sizes = self.sizes(value, what)
        if not all(isinstance(size, int) for size in sizes):
            raise UntranslatableError(
                f"{what} depends on a dimension that is not known before run time"
            )
        return tuple(size for size in sizes if isinstance(size, int))

    def integer(self, value: Any, what: str = "an argument") -> int:
        """Read one integer that is known."""
        (result,) = self.ints(value, what) or (0,)
        return result

    def size(self, value: Any, what: str = "an argument") -> Size:
        """Read one integer that may be an unknown dimension."""
        sizes = self.sizes(value, what)
        if len(sizes) != 1:
            raise UntranslatableError(f"{what} is no single number")
        return sizes[0]

    def axis(self, value: Any) -> Any:
        """Read an axis, several, or none."""
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        axes = self.ints(value, "an axis")
        if isinstance(value, Const) and not value.shape:
            return axes[0]
        return axes

    def number(self, value: Any, what: str = "an argument") -> float:
        """Read one number that is known."""
        if isinstance(value, Const) and len(value.values) == 1:
            value = value.item
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UntranslatableError(f"{what} is no number")
        return value

    def flag(self, value: Any) -> bool:
        """Read a flag; none is false."""
        if isinstance(value, Const):
            value = value.item
        return bool(value)

    def dtype_name(self, value: Any) -> str | None:
        """Read a dtype, `None` for none."""
        return None if value is None else dtype_name(value)

    def witness(self, size: Dim) -> Expr:
        """A vector as long as an unknown dimension, whose values mean nothing.

        Raises:
            UntranslatableError: No tensor has that dimension.
        """
        for tensor in self._tensors:
            if tensor.shape and size in tensor.shape and tensor.dtype != "string":
                at = tensor.shape.index(size)
                key: list[Expr] = [0] * len(tensor.shape)
                key[at] = _ALL
                return tensor if len(key) == 1 else op("get_item", tensor, tuple(key))
        raise UntranslatableError(
            f"no tensor has the dimension {size}, which is not known before run time"
        )

    def images_of(self, size: Shape) -> tuple[Tensor | None, tuple[int, int]]:
        """Find images whose size times a factor is a size asked for.

        Args:
            size: Height and width.

        Returns:
            The images, `None` where there are none, and the factors.
        """
        for tensor in self._tensors:
            if tensor.shape is None or len(tensor.shape) != 4 or len(size) != 2:
                continue
            pairs = zip(size, tensor.shape[1:3], strict=True)
            factors = [divide_exactly(wanted, have) for wanted, have in pairs]
            height, width = factors
            if isinstance(height, int) and isinstance(width, int):
                return tensor, (height, width)
        return None, (1, 1)

    def shaped(self, target: Shape) -> Tensor | None:
        """Find a tensor that has each unknown size of a shape at the same axis."""
        unknown = [(i, size) for i, size in enumerate(target) if isinstance(size, Dim)]
        for tensor in self._tensors:
            shape = tensor.shape
            if shape is not None and all(
                axis < len(shape) and shape[axis] == size for axis, size in unknown
            ):
                return tensor
        return None

    def along(self, size: Dim, axis: int, rank: int, value: int, dtype: str) -> OpCall:
        """A tensor of one value, as long as a dimension on one axis and 1 on others.

        Args:
            size: The dimension.
            axis: On which axis it stands.
            rank: How many axes there are.
            value: 0 or 1.
            dtype: The dtype.
        """
        key: list[Expr] = [None] * rank
        key[axis] = _ALL
        vector = self.witness(size)
        if rank > 1:
            vector = _joined_key(vector, axis, rank)
        return op("ones_like" if value else "zeros_like", vector, dtype=dtype)

    def count(self, size: Size, dtype: str = "int32") -> Expr:
        """A size as a number in the graph."""
        if isinstance(size, int):
            return size
        if len(size.symbols) == 1 and (size.coefficient, size.offset) == (1, 0):
            return op("sum", op("ones_like", self.witness(size), dtype=dtype))
        total: Expr = size.coefficient
        for name in size.symbols:
            factor = self.count(Dim(1, (name,)), dtype)
            total = factor if total == 1 else op("multiply", factor, total)
        return op("add", total, size.offset) if size.offset else total

    def any_tensor(self) -> Tensor:
        """A tensor that the graph has; constants are made part of it by it."""
        for tensor in self._tensors:
            if tensor.shape is not None and tensor.dtype != "string":
                return tensor
        raise UntranslatableError("no tensor of a known shape stands before it")


def _joined_key(vector: Expr, axis: int, rank: int) -> OpCall:
    """Give a vector more axes, in one subscript with the one it was taken by."""
    before: tuple[Expr, ...] = (None,) * axis
    after: tuple[Expr, ...] = (None,) * (rank - axis - 1)
    if isinstance(vector, OpCall):
        key = vector.args[1]
        assert isinstance(key, tuple)
        at = key.index(_ALL)
        joined = (*key[:at], *before, _ALL, *after, *key[at + 1 :])
        return op("get_item", vector.args[0], joined)
    return op("get_item", vector, (*before, _ALL, *after))


def _holds_tensor(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_holds_tensor, value))
    if isinstance(value, Const):
        return True
    return not isinstance(value, bool | int | float | str | Dim) and value is not None


def static(sizes: Shape) -> TypeGuard[tuple[int, ...]]:
    """Tell whether all sizes are known."""
    return all(isinstance(size, int) for size in sizes)


# Of these dtypes a Python number is as good as an array of rank 0.
_PLAIN = frozenset({"float32", "int32", "bool"})
_ALL = Slice()
