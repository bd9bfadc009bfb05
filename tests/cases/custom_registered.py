"""A registered custom layer with arguments, and a registered activation function."""

import keras
from keras import layers, ops

STUB = "ScaledTanh"
CODE = True


@keras.saving.register_keras_serializable(package="kerascodegen_cases")
class ScaledTanh(layers.Layer):
    """`scale * tanh(x)`, with a penalty on nothing."""

    def __init__(self, scale, regularizer=None, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale
        self.regularizer = keras.regularizers.get(regularizer)

    def call(self, inputs):
        return self.scale * ops.tanh(inputs)

    def get_config(self):
        return {
            **super().get_config(),
            "scale": self.scale,
            "regularizer": keras.regularizers.serialize(self.regularizer),
        }


@keras.saving.register_keras_serializable(package="kerascodegen_cases")
def half_relu(x):
    return ops.relu(x) * 0.5


def build() -> keras.Model:
    inputs = keras.Input(shape=(16,), name="features")
    x = layers.Dense(8, activation=half_relu, name="hidden")(inputs)
    outputs = ScaledTanh(
        2.5, regularizer=keras.regularizers.L2(1e-4), name="scaled_tanh"
    )(x)
    return keras.Model(inputs, outputs, name="custom_registered")
