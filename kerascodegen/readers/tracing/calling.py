"""What Keras does around `call`: conversion, building, masks."""

from __future__ import annotations

import inspect
from typing import Any

from kerascodegen.readers.tracing.blocks import is_own_code
from kerascodegen.readers.tracing.refusals import UnknownSizeError
from kerascodegen.readers.tracing.training import TrainingFlag

# Layers of Keras' that take `training` for the sake of quantization only.
_INDIFFERENT = frozenset({"Dense", "EinsumDense", "Embedding"})

# Ops that are given a shape, with the attribute that holds it.
_SHAPES = {"Reshape": "newshape", "BroadcastTo": "shape"}


def has_symbolic(values: Any) -> bool:
    """Tell whether a symbolic tensor stands among values, at any depth."""
    import keras

    return any(isinstance(v, keras.KerasTensor) for v in keras.tree.flatten(values))


def without_flags(args: Any, kwargs: Any) -> tuple[Any, dict[str, Any]]:
    """What Keras' own layers are given: unset `training` is not passed at all."""
    return (
        tuple(None if isinstance(one, TrainingFlag) else one for one in args),
        {k: v for k, v in kwargs.items() if not isinstance(v, TrainingFlag)},
    )


def cares_for_training(layer: Any) -> bool:
    """Tell whether `training` may change what a layer does."""
    if type(layer).__name__ in _INDIFFERENT and not is_own_code(layer):
        return False
    return bool(layer._call_has_training_arg or layer._layers)


def converted(block: Any, values: Any) -> Any:
    """Convert arguments to the block's dtype, as `Layer.__call__` does."""
    import keras

    def convert(value: Any) -> Any:
        if isinstance(value, TrainingFlag):
            return value
        mask = _mask_of(value)
        converted = block.dtype_policy.convert_input(
            value, block.autocast, block.input_dtype
        )
        if mask is not None and converted is not value:
            converted._keras_mask = mask
        return converted

    if not block._convert_input_args:
        return values
    return keras.tree.map_structure(convert, values)


def free_size(op: Any) -> Any:
    """Have a shape that was taken off a tensor leave the size of the batch open.

    `ops.shape` gives `None` for it, with which no op runs on data.

    Args:
        op: An op that is about to be called.

    Returns:
        The op to call instead; mostly itself.

    Raises:
        UnknownSizeError: Nothing but that size would tell the shape.
    """
    attribute = _SHAPES.get(type(op).__name__)
    shape = getattr(op, attribute, None) if attribute else None
    if not isinstance(shape, list | tuple) or None not in shape:
        return op
    if attribute != "newshape" or -1 in shape or list(shape).count(None) > 1:
        raise UnknownSizeError(type(op).__name__)
    return type(op)(tuple(-1 if size is None else size for size in shape))


def build(block: Any, arguments: dict[str, Any]) -> None:
    """Call a `build` of the user's own; other blocks are built by their layers."""
    import keras
    from keras.src.utils.python_utils import is_default

    if block.built or is_default(block.build):
        return
    shapes = {
        f"{name}_shape": keras.tree.map_structure(lambda one: tuple(one.shape), value)
        for name, value in arguments.items()
        if has_symbolic(value) and name != "mask"
    }
    parameters = inspect.signature(block.build).parameters
    if len(parameters) == 1:
        block.build(next(iter(shapes.values())))
    else:
        block.build(**{k: v for k, v in shapes.items() if k in parameters})


def pass_masks(signature: Any, bound: Any) -> Any:
    """Fill in `mask` as `Layer.__call__` does; give the mask that came in."""
    import keras

    tensors = {k: v for k, v in bound.arguments.items() if has_symbolic(v)}
    if len(tensors) == 1:
        fillable = {"mask": next(iter(tensors.values()))}
    else:
        fillable = {f"{name}_mask": value for name, value in tensors.items()}
    for name, value in fillable.items():
        if name in signature.parameters and bound.arguments.get(name) is None:
            bound.arguments[name] = keras.tree.map_structure(_mask_of, value)
    mask = bound.arguments.get("mask")
    if mask is not None:
        return mask
    return keras.tree.map_structure(_mask_of, first(bound))


def first(bound: Any) -> Any:
    """Give the first argument of a call."""
    return next(iter(bound.arguments.values()), None)


def _mask_of(value: Any) -> Any:
    return getattr(value, "_keras_mask", None)
