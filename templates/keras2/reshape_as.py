"""Written into the source by `readers/keras2/code.py`."""

from keras import layers, ops, saving


@saving.register_keras_serializable(package="keras2")
class ReshapeAs(layers.Layer):
    """Reshapes a tensor; where a size is None, it is that of another tensor."""

    def __init__(self, target_shape, **kwargs):
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)

    def sizes(self, like):
        """Fill in the sizes of the other tensor's shape."""
        return tuple(
            like[axis] if size is None else size
            for axis, size in enumerate(self.target_shape)
        )

    def call(self, inputs):
        """Reshape the first tensor."""
        tensor, like = inputs
        return ops.reshape(tensor, self.sizes(ops.shape(like)))

    def compute_output_shape(self, input_shape):
        """Give the shape, as far as it is known."""
        shape = self.sizes(input_shape[1])
        return tuple(None if size == -1 else size for size in shape)

    def get_config(self):
        """Give the arguments of the constructor."""
        return {**super().get_config(), "target_shape": self.target_shape}
