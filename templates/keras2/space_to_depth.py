"""Written into the source by `readers/keras2/code.py`."""

from keras import layers, ops, saving


@saving.register_keras_serializable(package="keras2")
class SpaceToDepth(layers.Layer):
    """Moves blocks of pixels into channels, of images of any size."""

    def __init__(self, block_size, **kwargs):
        super().__init__(**kwargs)
        self.block_size = block_size

    def call(self, inputs):
        """Put the pixels of each block into channels."""
        n = self.block_size
        batch, height, width, depth = ops.shape(inputs)
        x = ops.reshape(inputs, (batch, height // n, n, width // n, n, depth))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch, height // n, width // n, depth * n**2))

    def compute_output_shape(self, input_shape):
        """Give the shape, as far as it is known."""
        n = self.block_size
        batch, height, width, depth = input_shape
        height, width = (size and size // n for size in (height, width))
        return batch, height, width, depth * n**2

    def get_config(self):
        """Give the arguments of the constructor."""
        return {**super().get_config(), "block_size": self.block_size}
