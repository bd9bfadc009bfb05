"""What a source constructs as a whole: a model of the original's own custom class."""

from __future__ import annotations

from typing import Any


def build_alike(original: Any, rebuilt: Any) -> bool:
    """Tell whether two models are of one custom class, and build the rebuilt one.

    It is built as the original was; Keras does the same when it loads such a model.
    Where that does not work, the model stays as it is.

    Args:
        original: The model to compare with.
        rebuilt: What the source built.

    Returns:
        Whether the two compare as they are: of one class, and both built.
    """
    if type(rebuilt) is not type(original):
        return False
    if type(rebuilt).__module__.partition(".")[0] == "keras":
        return False
    if rebuilt.built:
        return True
    import keras

    try:
        shape = original.get_build_config()["input_shape"]
        # Called, as it will be: that names its weights as the model's own and, unlike
        # `build_from_config`, marks the model as built.
        rebuilt(keras.tree.map_shape_structure(keras.KerasTensor, shape))
    except Exception:
        return False
    return True
