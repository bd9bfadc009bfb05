"""Written into the source by `readers/keras2/code.py`."""

from keras import layers, ops, saving


class MaskOfAll:
    """Masks a step that any masked input masks, as merges did in Keras 2."""

    def compute_mask(self, inputs, mask=None):
        """Join the masks; inputs without one have no say."""
        found = [item for item in mask or () if item is not None]
        if not found:
            return None
        joined = found[0]
        for item in found[1:]:
            joined = ops.logical_and(joined, item)
        return joined


@saving.register_keras_serializable(package="keras2")
class MaskingAdd(MaskOfAll, layers.Add):
    """An Add with the mask of Keras 2."""


@saving.register_keras_serializable(package="keras2")
class MaskingSubtract(MaskOfAll, layers.Subtract):
    """A Subtract with the mask of Keras 2."""


@saving.register_keras_serializable(package="keras2")
class MaskingMultiply(MaskOfAll, layers.Multiply):
    """A Multiply with the mask of Keras 2."""


@saving.register_keras_serializable(package="keras2")
class MaskingAverage(MaskOfAll, layers.Average):
    """An Average with the mask of Keras 2."""


@saving.register_keras_serializable(package="keras2")
class MaskingMaximum(MaskOfAll, layers.Maximum):
    """A Maximum with the mask of Keras 2."""


@saving.register_keras_serializable(package="keras2")
class MaskingMinimum(MaskOfAll, layers.Minimum):
    """A Minimum with the mask of Keras 2."""


@saving.register_keras_serializable(package="keras2")
class MaskingConcatenate(MaskOfAll, layers.Concatenate):
    """A Concatenate with the mask of Keras 2."""
