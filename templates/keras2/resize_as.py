"""Written into the source by `readers/keras2/code.py`."""

from keras import layers, ops, saving


@saving.register_keras_serializable(package="keras2")
class ResizeAs(layers.Layer):
    """Resizes images to the size of others, or a multiple of it."""

    def __init__(self, factor=(1, 1), interpolation="bilinear", **kwargs):
        super().__init__(**kwargs)
        self.factor = tuple(factor)
        self.interpolation = interpolation

    def call(self, inputs):
        """Resize the first images to the size of the second."""
        images, like = inputs
        height, width = ops.shape(like)[1:3]
        size = (height * self.factor[0], width * self.factor[1])
        return ops.image.resize(
            images,
            size,
            interpolation=self.interpolation,
            data_format="channels_last",
        )

    def compute_output_shape(self, input_shape):
        """Give the shape, as far as it is known."""
        images, like = input_shape
        sizes = zip(like[1:3], self.factor, strict=True)
        size = [length and length * factor for length, factor in sizes]
        return (images[0], *size, images[-1])

    def get_config(self):
        """Give the arguments of the constructor."""
        config = super().get_config()
        config["factor"] = self.factor
        config["interpolation"] = self.interpolation
        return config
