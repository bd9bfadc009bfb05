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

    def weights_of(self, old_size, new_size):
        """Give how much of each old row is in each new one."""
        ratio = ops.cast(old_size, "float32") / ops.cast(new_size, "float32")
        new = ops.expand_dims(ops.cast(ops.arange(new_size), "float32"), 1)
        old = ops.expand_dims(ops.cast(ops.arange(old_size), "float32"), 0)
        if self.interpolation == "nearest":
            return ops.cast(ops.equal(ops.floor((new + 0.5) * ratio), old), "float32")
        if self.interpolation == "area":
            end = ops.minimum((new + 1.0) * ratio, old + 1.0)
            return ops.relu(end - ops.maximum(new * ratio, old)) / ratio
        weights = self.kernel(ops.abs((new + 0.5) * ratio - 0.5 - old))
        return weights / ops.sum(weights, axis=1, keepdims=True)

    def kernel(self, x):
        """Give the weight of a row at a distance."""
        if self.interpolation == "bilinear":
            return ops.relu(1.0 - x)
        if self.interpolation == "gaussian":
            return ops.where(x < 1.5, ops.exp(-2.0 * x * x), 0.0)
        if self.interpolation == "bicubic":
            near = (1.5 * x - 2.5) * x * x + 1.0
            far = ((2.5 - 0.5 * x) * x - 4.0) * x + 2.0
            return ops.where(x < 1.0, near, ops.where(x < 2.0, far, 0.0))
        if self.interpolation == "mitchellcubic":
            near = (7.0 * x / 6.0 - 2.0) * x * x + 8.0 / 9.0
            far = ((2.0 - 7.0 * x / 18.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
            return ops.where(x < 1.0, near, ops.where(x < 2.0, far, 0.0))
        radius = {"lanczos3": 3.0, "lanczos5": 5.0}[self.interpolation]
        angle = 3.14159265358979 * ops.maximum(x, 1e-3)
        wave = radius * ops.sin(angle) * ops.sin(angle / radius) / (angle * angle)
        return ops.where(x < radius, ops.where(x > 1e-3, wave, 1.0), 0.0)

    def call(self, inputs, training=None):
        """Resize in training, and leave the images as they are at all other times."""
        images = ops.cast(inputs, self.compute_dtype)
        if not training:
            return images
        sizes = ops.shape(images)
        images = self.resize(images, self.axis, self.draw_size(sizes[self.axis]))
        if self.interpolation in ("gaussian", "mitchellcubic"):
            # These also blur along the axis that keeps its size.
            other = -5 - self.axis
            images = self.resize(images, other, sizes[other])
        return images

    def resize(self, images, axis, new_size):
        """Resize images along one axis."""
        axis += len(images.shape)
        weights = self.weights_of(ops.shape(images)[axis], new_size)
        images = ops.tensordot(weights, ops.cast(images, "float32"), [[1], [axis]])
        return ops.cast(ops.moveaxis(images, 0, axis), self.compute_dtype)

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
