"""Written into the source by `readers/keras2/code.py`."""

from keras import (
    activations,
    constraints,
    initializers,
    layers,
    ops,
    regularizers,
    saving,
)


@saving.register_keras_serializable(package="keras2")
class LocallyConnected2D(layers.Layer):
    """A convolution with a kernel of its own at each place, as Keras 2 had it."""

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format="channels_last",
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.filters = filters
        self.kernel_size = tuple(kernel_size)
        self.strides = tuple(strides)
        self.padding = padding
        self.data_format = data_format
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)

    def places(self, size, axis):
        """Count the places of the kernel along an axis of the image."""
        if self.padding == "same":
            return -(-size // self.strides[axis])
        return (size - self.kernel_size[axis]) // self.strides[axis] + 1

    def image_shape(self, input_shape):
        """Give rows, columns and channels."""
        shape = tuple(input_shape[1:])
        return shape[1:] + shape[:1] if self.data_format == "channels_first" else shape

    def bias_shape(self, height, width):
        """Give the shape of the bias."""
        return height, width, self.filters

    def build(self, input_shape):
        """Make a kernel for each place."""
        rows, columns, channels = self.image_shape(input_shape)
        height, width = self.places(rows, 0), self.places(columns, 1)
        taken = self.kernel_size[0] * self.kernel_size[1] * channels
        self.kernel = self.add_weight(
            shape=(height * width, taken, self.filters),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=self.bias_shape(height, width),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs):
        """Multiply what each place sees with its kernel."""
        images = inputs
        if self.data_format == "channels_first":
            images = ops.transpose(images, (0, 2, 3, 1))
        rows, columns, channels = images.shape[1:]
        height, width = self.places(rows, 0), self.places(columns, 1)
        if self.padding == "same":
            widths = [(0, 0)]
            for axis, (size, count) in enumerate(((rows, height), (columns, width))):
                reach = (count - 1) * self.strides[axis] + self.kernel_size[axis]
                before = self.kernel_size[axis] // 2
                widths.append((before, max(reach - size - before, 0)))
            images = ops.pad(images, [*widths, (0, 0)])
        seen = [
            images[:, i : i + (height - 1) * self.strides[0] + 1 : self.strides[0]][
                :, :, j : j + (width - 1) * self.strides[1] + 1 : self.strides[1]
            ]
            for i in range(self.kernel_size[0])
            for j in range(self.kernel_size[1])
        ]
        patches = ops.stack(seen, axis=3)
        if self.data_format == "channels_first":
            patches = ops.transpose(patches, (0, 1, 2, 4, 3))
        taken = len(seen) * channels
        patches = ops.reshape(patches, (-1, height * width, taken))
        outputs = ops.einsum("bpt,ptf->bpf", patches, self.kernel)
        outputs = ops.reshape(outputs, (-1, height, width, self.filters))
        if self.use_bias:
            outputs = outputs + self.bias
        outputs = self.activation(outputs)
        if self.data_format == "channels_first":
            outputs = ops.transpose(outputs, (0, 3, 1, 2))
        return outputs

    def compute_output_shape(self, input_shape):
        """Give the shape of what a call returns."""
        rows, columns, _ = self.image_shape(input_shape)
        places = (self.places(rows, 0), self.places(columns, 1))
        if self.data_format == "channels_first":
            return (input_shape[0], self.filters, *places)
        return (input_shape[0], *places, self.filters)

    def get_config(self):
        """Give the arguments of the constructor."""
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
        }


@saving.register_keras_serializable(package="keras2")
class LocallyConnected1D(LocallyConnected2D):
    """A convolution over a sequence with a kernel of its own at each place."""

    def __init__(self, filters, kernel_size, strides=(1,), **kwargs):
        super().__init__(filters, (1, *kernel_size), (1, *strides), **kwargs)

    def image_shape(self, input_shape):
        """Give one row, the steps, and the channels."""
        steps, channels = input_shape[1:]
        if self.data_format == "channels_first":
            steps, channels = channels, steps
        return 1, steps, channels

    def bias_shape(self, height, width):
        """Give the shape of the bias."""
        return width, self.filters

    def call(self, inputs):
        """Treat the sequence as an image of one row."""
        axis = 2 if self.data_format == "channels_first" else 1
        images = ops.expand_dims(inputs, axis)
        return ops.squeeze(super().call(images), axis)

    def compute_output_shape(self, input_shape):
        """Give the shape of what a call returns."""
        steps = self.places(self.image_shape(input_shape)[1], 1)
        if self.data_format == "channels_first":
            return (input_shape[0], self.filters, steps)
        return (input_shape[0], steps, self.filters)

    def get_config(self):
        """Give the arguments of the constructor."""
        config = super().get_config()
        config["kernel_size"] = self.kernel_size[1:]
        config["strides"] = self.strides[1:]
        return config
