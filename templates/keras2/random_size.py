"""Written into the source by `readers/keras2/code.py`."""

from keras import backend, layers, ops, random, saving


@saving.register_keras_serializable(package="keras2")
class RandomHeight(layers.Layer):
    """Resizes a batch of images to a random height in training, as Keras 2 did.

    A height is drawn for each batch, so what takes the images must take any height. No
    compiler of fixed shapes can do that: compile the model without jit_compile=True.
    """

    axis = -3

    def __init__(self, factor, interpolation="bilinear", seed=None, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor
        self.interpolation = interpolation
        self.seed = seed
        self.seed_generator = random.SeedGenerator(seed)
        # Left to itself, fit() compiles with fixed shapes where all layers allow it.
        self.supports_jit = False

    def draw_size(self, size):
        """Give a size that is larger or smaller by a random part of it."""
        if isinstance(self.factor, (tuple, list)):
            lower, upper = self.factor
        else:
            lower, upper = -self.factor, self.factor
        scale = random.uniform((), 1.0 + lower, 1.0 + upper, seed=self.seed_generator)
        drawn = ops.cast(scale * ops.cast(size, "float32"), "int32")
        if backend.backend() == "tensorflow":
            return drawn
        try:
            return int(drawn)
        except TypeError:
            raise ValueError(
                f"{type(self).__name__} draws a size for each batch, which cannot be "
                "compiled. Compile the model with jit_compile=False."
            ) from None

    def call(self, inputs, training=None):
        """Resize in training, and leave the images as they are at all other times."""
        if training:
            sizes = list(ops.shape(inputs)[-3:-1])
            sizes[self.axis + 3] = self.draw_size(sizes[self.axis + 3])
            inputs = ops.image.resize(
                ops.cast(inputs, "float32"),
                sizes,
                interpolation=self.interpolation,
                data_format="channels_last",
            )
        return ops.cast(inputs, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        """Give the shape of what a call returns."""
        shape = list(input_shape)
        shape[self.axis] = None
        return tuple(shape)

    def get_config(self):
        """Give the arguments of the constructor."""
        return {
            **super().get_config(),
            "factor": self.factor,
            "interpolation": self.interpolation,
            "seed": self.seed,
        }


@saving.register_keras_serializable(package="keras2")
class RandomWidth(RandomHeight):
    """Resizes a batch of images to a random width in training, as Keras 2 did."""

    axis = -2
