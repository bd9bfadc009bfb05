"""A model under the mixed_float16 policy, with a head that stays in float32."""

import keras
from keras import layers


def build() -> keras.Model:
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        return _build()
    finally:
        keras.config.set_dtype_policy(policy)


def _build() -> keras.Model:
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    x = layers.Conv2D(8, 3, activation="relu", name="conv")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    x = layers.Dense(16, activation="relu", name="hidden")(x)
    x = layers.Dense(10, name="logits")(x)
    outputs = layers.Activation("softmax", dtype="float32", name="label")(x)
    model = keras.Model(inputs, outputs, name="mixed_precision")
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model
