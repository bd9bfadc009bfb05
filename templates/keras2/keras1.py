"""Written into the source by `readers/keras2/code.py`."""

from keras import activations, initializers, layers, ops, saving


@saving.register_keras_serializable(package="keras2")
class MaxoutDense(layers.Layer):
    """The largest of several dense layers, as Keras 1 had it."""

    def __init__(
        self,
        output_dim,
        nb_feature=4,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.output_dim = output_dim
        self.nb_feature = nb_feature
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Make a kernel for each feature."""
        shape = (self.nb_feature, input_shape[-1], self.output_dim)
        self.kernel = self.add_weight(shape, self.kernel_initializer, name="kernel")
        if self.use_bias:
            shape = (self.nb_feature, self.output_dim)
            self.bias = self.add_weight(shape, "zeros", name="bias")

    def call(self, inputs):
        """Take the largest feature of each unit."""
        x = ops.tensordot(inputs, self.kernel, axes=[[1], [1]])
        return ops.max(x + self.bias if self.use_bias else x, axis=1)

    def compute_output_shape(self, input_shape):
        """Give the shape."""
        return input_shape[0], self.output_dim

    def get_config(self):
        """Give the arguments of the constructor."""
        config = super().get_config()
        config["output_dim"] = self.output_dim
        config["nb_feature"] = self.nb_feature
        config["use_bias"] = self.use_bias
        initializer = initializers.serialize(self.kernel_initializer)
        config["kernel_initializer"] = initializer
        return config


@saving.register_keras_serializable(package="keras2")
class Highway(layers.Layer):
    """A dense layer that lets part of its input through, as Keras 1 had it."""

    def __init__(
        self,
        activation="linear",
        transform_bias=-2,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.transform_bias = transform_bias
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)

    def build(self, input_shape):
        """Make a kernel for the result and one for what is let through."""
        size = input_shape[-1]
        initializer = self.kernel_initializer
        self.kernel = self.add_weight((size, size), initializer, name="kernel")
        self.carry = self.add_weight((size, size), initializer, name="carry")
        if self.use_bias:
            constant = initializers.Constant(self.transform_bias)
            self.bias = self.add_weight((size,), "zeros", name="bias")
            self.carry_bias = self.add_weight((size,), constant, name="carry_bias")

    def call(self, inputs):
        """Mix the result and the input."""
        gate = ops.matmul(inputs, self.carry)
        x = ops.matmul(inputs, self.kernel)
        if self.use_bias:
            gate, x = gate + self.carry_bias, x + self.bias
        gate = ops.sigmoid(gate)
        return self.activation(x) * gate + (1 - gate) * inputs

    def compute_output_shape(self, input_shape):
        """Give the shape."""
        return input_shape

    def get_config(self):
        """Give the arguments of the constructor."""
        config = super().get_config()
        config["activation"] = activations.serialize(self.activation)
        config["transform_bias"] = self.transform_bias
        config["use_bias"] = self.use_bias
        initializer = initializers.serialize(self.kernel_initializer)
        config["kernel_initializer"] = initializer
        return config
