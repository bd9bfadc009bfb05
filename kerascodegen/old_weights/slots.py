"""The arrays that Keras 2 kept for a layer, and how each goes into a variable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Shape: TypeAlias = "tuple[int, ...]"
_IDF = "idf_weights"


class Target:
    """A variable that is filled, perhaps by several arrays.

    Attributes:
        variable: The Keras variable.
        value: What it is given in the end; `None` as long as nothing came.
    """

    def __init__(self, variable: Any) -> None:
        self.variable = variable
        self.value: Any = None

    @property
    def shape(self) -> Shape:
        """The variable's shape."""
        return tuple(self.variable.shape)

    @property
    def name(self) -> str:
        """The variable's name, such as `kernel`."""
        return str(self.variable.name)

    def fill(self, value: Any) -> None:
        """Take all of the values."""
        self.value = value

    def fill_columns(self, start: int, value: Any) -> None:
        """Take the values of some columns, the last axis."""
        import numpy as np

        if self.value is None:
            self.value = np.zeros(self.shape, value.dtype)
        self.value[..., start : start + value.shape[-1]] = value


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one array of a file.

    Attributes:
        path: Names in the file of the layer that it is for.
        name: What the array is: `"kernel"`.
        shape: The shape that it must have in the file.
        put: Takes the array and puts it where it belongs.
        target: The variable; `None` for what Keras 3 has no use for.
        shapes: Other shapes that `put` takes as well.
    """

    path: tuple[str, ...]
    name: str
    shape: Shape
    put: Callable[[Any], None]
    target: Target | None = None
    shapes: tuple[Shape, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """What makes it the same slot when it is met again."""
        return id(self.target.variable if self.target else self), self.name

    def takes(self, shape: Shape) -> bool:
        """Whether an array of this shape fits."""
        return shape == self.shape or shape in self.shapes


@dataclass(slots=True)
class OwnSlots:
    """The slots of a layer's own variables.

    Attributes:
        cls: The layer's class, as the file names it.
        trainable: Slots of variables that training changes.
        fixed: Slots of the others.
        whole: Whether those of the layers inside are among them.
    """

    cls: str
    trainable: list[Slot] = field(default_factory=list)
    fixed: list[Slot] = field(default_factory=list)
    whole: bool = False


# layer, config of the layout, path -> slots
Layout: TypeAlias = Callable[[Any, Mapping[str, object], "tuple[str, ...]"], OwnSlots]


def own_slots(
    layer: Any,
    layout: str,
    config: Mapping[str, object],
    version: str,
    path: tuple[str, ...],
    *,
    gates: bool = True,
) -> OwnSlots:
    """Say which arrays a layer had for the variables of its own.

    Args:
        layer: A built layer of Keras 3.
        layout: As in `MovedLayer`.
        config: What the layout needs to know.
        version: The Keras that wrote the weights, or `""`.
        path: The layer's names in the file.
        gates: As in `keras_1_slots`.

    Returns:
        The slots.
    """
    from kerascodegen.old_weights.keras1 import keras_1_slots
    from kerascodegen.old_weights.layouts import LAYOUTS

    name, _, variant = layout.partition(":")
    if name in LAYOUTS:
        return LAYOUTS[name](layer, {**config, "implementation": variant}, path)
    if getattr(layer, "output_mode", "") == "tf_idf" and hasattr(layer, _IDF):
        return OwnSlots(type(layer).__name__, [], [plain_slot(_Idf(layer), path)])
    if version.startswith("1."):
        found = keras_1_slots(layer, path, gates=gates)
        if found is not None:
            return found
    return OwnSlots(
        _old_class(layer),
        [plain_slot(variable, path) for variable in layer._trainable_variables],
        [plain_slot(variable, path) for variable in layer._non_trainable_variables],
    )


class _Idf:
    """The inverse document frequencies of a lookup layer, which are no Keras variable.

    Attributes:
        shape: Words that the layer knows, those out of its vocabulary among them.
        name: Also what the group in a file is called.
    """

    name = _IDF

    def __init__(self, layer: Any) -> None:
        self._layer = layer
        self.shape = tuple(layer.idf_weights.shape)

    def assign(self, value: Any) -> None:
        """Set them as `load_own_variables` of Keras 3 does."""
        self._layer.idf_weights.assign(value)
        self._layer.idf_weights_const = self._layer.idf_weights.value()


def _old_class(layer: Any) -> str:
    """The class of a layer in Keras 2, where a subclass of it is in the source now.

    `MaskingTimeDistributed` is a TimeDistributed that treats masks as Keras 2 did.
    """
    name = type(layer).__name__
    bare = name.removeprefix("Masking")
    return bare if any(cls.__name__ == bare for cls in type(layer).__mro__) else name


def plain_slot(variable: Any, path: tuple[str, ...]) -> Slot:
    """Make the slot of a variable that is stored as it is.

    Args:
        variable: The variable.
        path: Names of its layer in the file.

    Returns:
        The slot.
    """
    target = Target(variable)
    return Slot(path, target.name, target.shape, target.fill, target)


def changed_slot(
    variable: Any,
    path: tuple[str, ...],
    shape: Shape,
    change: Callable[[Any], Any],
    shapes: tuple[Shape, ...] = (),
) -> Slot:
    """Make the slot of a variable that is stored in another arrangement.

    Args:
        variable: The variable.
        path: Names of its layer in the file.
        shape: Shape in the file.
        change: From the array of the file to that of the variable.
        shapes: Other shapes that `change` takes.

    Returns:
        The slot.
    """
    target = Target(variable)

    def put(value: Any) -> None:
        target.fill(change(value))

    return Slot(path, target.name, shape, put, target, shapes)
