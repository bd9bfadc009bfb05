"""Written into the source by `readers/keras2/code.py`."""

from keras import layers, ops, saving


@saving.register_keras_serializable(package="keras2")
class DepthToSpace(layers.Layer):
    """Moves channels into blocks of pixels, of images of any size."""

    def __init__(self, block_size, **kwargs):
        super().__init__(**kwargs)
        self.block_size = block_size

    def call(self, inputs):
        """Put each pixel's channels into a block of its own."""
        n = self.block_size
        batch, height, width, depth = ops.shape(inputs)
        inner = depth // n**2
        x = ops.reshape(inputs, (batch, height, width, n, n, inner))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch, height * n, width * n, inner))

    def compute_output_shape(self, input_shape):
        """Give the shape, as far as it is known."""
        n = self.block_size
        batch, height, width, depth = input_shape
        height, width = (size and size * n for size in (height, width))
        return batch, height, width, depth // n**2

    def get_config(self):
        """Give the arguments of the constructor."""
        return {**super().get_config(), "block_size": self.block_size}
