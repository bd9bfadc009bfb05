"""Subclassed models that no graph can hold, with what the refusal has to say."""

import keras
import numpy as np
from keras import layers, ops


class Base(keras.Model):
    """A dense layer, and `call` left to the subclass."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = layers.Dense(3, name="dense")


class BranchOnValue(Base):
    def call(self, x):
        y = self.dense(x)
        if ops.sum(y) > 0:
            y = y * 2
        return y


class WhileOnValue(Base):
    def call(self, x):
        while ops.max(x) > 1:
            x = x / 2
        return self.dense(x)


class FloatOfValue(Base):
    def call(self, x):
        return self.dense(x) * float(ops.mean(x))


class NumpyOfValue(Base):
    def call(self, x):
        return self.dense(x) * np.mean(x)


class MethodOfTensor(Base):
    def call(self, x):
        return self.dense(x) * x.numpy()[0]


class Iterates(Base):
    def call(self, x):
        return self.dense(ops.stack([row * 2 for row in x]))


class BatchSize(Base):
    def call(self, x):
        batch = int(x.shape[0])
        return self.dense(ops.reshape(x, (batch, 4)))


class BatchZeros(Base):
    def call(self, x):
        return self.dense(x) + ops.zeros((ops.shape(x)[0], 3))


class OwnVariable(Base):
    def __init__(self):
        super().__init__()
        self.scale = self.add_weight(shape=(3,), name="scale")

    def call(self, x):
        return self.dense(x) * self.scale


class OwnVariableChanged(Base):
    def __init__(self):
        super().__init__()
        self.scale = self.add_weight(shape=(3,), name="scale")

    def call(self, x):
        return self.dense(x) * ops.exp(self.scale)


class OnConstant(Base):
    def __init__(self):
        super().__init__()
        self.positions = layers.Dense(3, name="positions")

    def call(self, x):
        # Numbers would be tied to an input, which truth values cannot be.
        return self.dense(x) + self.positions(ops.ones((1, 1), "bool"))


class DrawsNumbers(Base):
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(1)

    def call(self, x):
        return self.dense(x) + keras.random.normal((3,), seed=self.seed)


class UpdatesMetric(Base):
    def __init__(self):
        super().__init__()
        self.mean = keras.metrics.Mean(name="mean")

    def call(self, x):
        self.mean.update_state(x)
        return self.dense(x)


class GivesFunction(Base):
    def call(self, x):
        y = self.dense(x)
        return ops.cond(ops.sum(y) > 0, lambda: y * 2, lambda: y)


class UsesTensorFlow(Base):
    def call(self, x):
        import tensorflow as tf

        return self.dense(tf.nn.l2_normalize(x, axis=-1))


class UsesJax(Base):
    def call(self, x):
        import jax.numpy as jnp

        return self.dense(jnp.tanh(x))


class ReturnsNothing(Base):
    def call(self, x):
        self.dense(x)


class ReturnsShape(Base):
    def call(self, x):
        return self.dense(x), 3


class Breaks(Base):
    def call(self, x):
        raise RuntimeError("broken\x1b[31m on purpose")


# The class, and parts of the message: what is wrong, where, and what can be done.
REFUSED = {
    BranchOnValue: ("decides by the value", 'if ops.sum(y) > 0:"', "ops.where"),
    WhileOnValue: ("decides by the value", "while ops.max", "ops.where"),
    FloatOfValue: ("takes the value of a tensor into Python", "float(", "keras.ops"),
    NumpyOfValue: ("takes the value of a tensor into Python", "np.mean", "keras.ops"),
    MethodOfTensor: ("takes the value of a tensor into Python", "numpy()", "keras.ops"),
    Iterates: ("iterates over a tensor", "for row in x", "unstack"),
    BatchSize: ("size that is not known", "int(x.shape[0])", "-1"),
    BatchZeros: ("size that is not known", "ops.zeros", "zeros_like"),
    OwnVariable: ("variable", "scale", "a layer of its own"),
    OwnVariableChanged: ("variable", "scale", "a layer of its own"),
    OnConstant: ('layer "positions"', "does not come from the inputs", "its own"),
    DrawsNumbers: ("draws random numbers", "keras.random.normal", "Sampling"),
    UpdatesMetric: ("updates a metric", "update_state", "train_step"),
    GivesFunction: ("Python function to keras.ops.cond", "ops.cond", "ops.where"),
    UsesTensorFlow: ("uses a TensorFlow function", "tf.nn", "keras.ops"),
    UsesJax: ("uses a JAX function", "jnp.tanh", "keras.ops"),
    ReturnsNothing: ("returns nothing", "ReturnsNothing", "tensor"),
    ReturnsShape: ("returns an object of type int", "ReturnsShape", "tensor"),
    Breaks: ("RuntimeError: broken on purpose", "raise RuntimeError", "keras.ops"),
}
