"""Written into the source by `readers/keras2/code.py`."""

from keras import layers, ops, saving


@saving.register_keras_serializable(package="keras2")
class MaskingTimeDistributed(layers.TimeDistributed):
    """A TimeDistributed that gives the mask of the layer inside, as in Keras 2."""

    def compute_mask(self, inputs, mask=None):
        """Ask the layer; where it has no mask, a step is kept that has any part."""
        inner = self.layer.compute_mask(inputs, mask)
        if inner is not None or mask is None:
            return inner
        while len(mask.shape) > 2:
            mask = ops.any(mask, axis=-1)
        return mask
