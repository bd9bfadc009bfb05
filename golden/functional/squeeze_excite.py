"""The Keras model squeeze_excite: 15 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model squeeze_excite, uncompiled."""
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    conv_1 = layers.Conv2D(16, 3, activation="relu", name="conv_1")(inputs)
    se_1_squeeze = layers.GlobalAveragePooling2D(name="se_1_squeeze")(conv_1)
    se_1_reshape = layers.Reshape((1, 1, 16), name="se_1_reshape")(se_1_squeeze)
    se_1_reduce = layers.Dense(
        4,
        activation="relu",
        use_bias=False,
        kernel_initializer="he_normal",
        name="se_1_reduce",
    )(se_1_reshape)
    se_1_expand = layers.Dense(
        16, activation="sigmoid", use_bias=False, name="se_1_expand"
    )(se_1_reduce)
    se_1_scale = layers.Multiply(name="se_1_scale")([conv_1, se_1_expand])
    conv_2 = layers.Conv2D(32, 3, strides=2, activation="relu", name="conv_2")(
        se_1_scale
    )
    se_2_squeeze = layers.GlobalAveragePooling2D(name="se_2_squeeze")(conv_2)
    se_2_reshape = layers.Reshape((1, 1, 32), name="se_2_reshape")(se_2_squeeze)
    se_2_reduce = layers.Dense(
        8,
        activation="relu",
        use_bias=False,
        kernel_initializer="he_normal",
        name="se_2_reduce",
    )(se_2_reshape)
    se_2_expand = layers.Dense(
        32, activation="sigmoid", use_bias=False, name="se_2_expand"
    )(se_2_reduce)
    se_2_scale = layers.Multiply(name="se_2_scale")([conv_2, se_2_expand])
    pooled = layers.GlobalAveragePooling2D(name="pooled")(se_2_scale)
    outputs = layers.Dense(10, activation="softmax", name="label")(pooled)
    return keras.Model(inputs, outputs, name="squeeze_excite")


if __name__ == "__main__":
    build_model().summary()
