"""The Keras model unet: 53 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model unet, uncompiled."""
    inputs = keras.Input(shape=(None, None, 3), name="image")
    down_1_conv_1 = layers.Conv2D(
        8, 3, padding="same", use_bias=False, name="down_1_conv_1"
    )(inputs)
    down_1_norm_1 = layers.BatchNormalization(name="down_1_norm_1")(down_1_conv_1)
    down_1_relu_1 = layers.ReLU(name="down_1_relu_1")(down_1_norm_1)
    down_1_conv_2 = layers.Conv2D(
        8, 3, padding="same", use_bias=False, name="down_1_conv_2"
    )(down_1_relu_1)
    down_1_norm_2 = layers.BatchNormalization(name="down_1_norm_2")(down_1_conv_2)
    down_1_relu_2 = layers.ReLU(name="down_1_relu_2")(down_1_norm_2)
    down_1_pool = layers.MaxPooling2D(name="down_1_pool")(down_1_relu_2)
    down_2_conv_1 = layers.Conv2D(
        16, 3, padding="same", use_bias=False, name="down_2_conv_1"
    )(down_1_pool)
    down_2_norm_1 = layers.BatchNormalization(name="down_2_norm_1")(down_2_conv_1)
    down_2_relu_1 = layers.ReLU(name="down_2_relu_1")(down_2_norm_1)
    down_2_conv_2 = layers.Conv2D(
        16, 3, padding="same", use_bias=False, name="down_2_conv_2"
    )(down_2_relu_1)
    down_2_norm_2 = layers.BatchNormalization(name="down_2_norm_2")(down_2_conv_2)
    down_2_relu_2 = layers.ReLU(name="down_2_relu_2")(down_2_norm_2)
    down_2_pool = layers.MaxPooling2D(name="down_2_pool")(down_2_relu_2)
    down_3_conv_1 = layers.Conv2D(
        32, 3, padding="same", use_bias=False, name="down_3_conv_1"
    )(down_2_pool)
    down_3_norm_1 = layers.BatchNormalization(name="down_3_norm_1")(down_3_conv_1)
    down_3_relu_1 = layers.ReLU(name="down_3_relu_1")(down_3_norm_1)
    down_3_conv_2 = layers.Conv2D(
        32, 3, padding="same", use_bias=False, name="down_3_conv_2"
    )(down_3_relu_1)
    down_3_norm_2 = layers.BatchNormalization(name="down_3_norm_2")(down_3_conv_2)
    down_3_relu_2 = layers.ReLU(name="down_3_relu_2")(down_3_norm_2)
    down_3_pool = layers.MaxPooling2D(name="down_3_pool")(down_3_relu_2)
    bottom_conv_1 = layers.Conv2D(
        64, 3, padding="same", use_bias=False, name="bottom_conv_1"
    )(down_3_pool)
    bottom_norm_1 = layers.BatchNormalization(name="bottom_norm_1")(bottom_conv_1)
    bottom_relu_1 = layers.ReLU(name="bottom_relu_1")(bottom_norm_1)
    bottom_conv_2 = layers.Conv2D(
        64, 3, padding="same", use_bias=False, name="bottom_conv_2"
    )(bottom_relu_1)
    bottom_norm_2 = layers.BatchNormalization(name="bottom_norm_2")(bottom_conv_2)
    bottom_relu_2 = layers.ReLU(name="bottom_relu_2")(bottom_norm_2)
    up_3_upsample = layers.Conv2DTranspose(
        32, 2, strides=2, padding="same", name="up_3_upsample"
    )(bottom_relu_2)
    up_3_joined = layers.Concatenate(name="up_3_joined")([up_3_upsample, down_3_relu_2])
    up_3_conv_1 = layers.Conv2D(
        32, 3, padding="same", use_bias=False, name="up_3_conv_1"
    )(up_3_joined)
    up_3_norm_1 = layers.BatchNormalization(name="up_3_norm_1")(up_3_conv_1)
    up_3_relu_1 = layers.ReLU(name="up_3_relu_1")(up_3_norm_1)
    up_3_conv_2 = layers.Conv2D(
        32, 3, padding="same", use_bias=False, name="up_3_conv_2"
    )(up_3_relu_1)
    up_3_norm_2 = layers.BatchNormalization(name="up_3_norm_2")(up_3_conv_2)
    up_3_relu_2 = layers.ReLU(name="up_3_relu_2")(up_3_norm_2)
    up_2_upsample = layers.Conv2DTranspose(
        16, 2, strides=2, padding="same", name="up_2_upsample"
    )(up_3_relu_2)
    up_2_joined = layers.Concatenate(name="up_2_joined")([up_2_upsample, down_2_relu_2])
    up_2_conv_1 = layers.Conv2D(
        16, 3, padding="same", use_bias=False, name="up_2_conv_1"
    )(up_2_joined)
    up_2_norm_1 = layers.BatchNormalization(name="up_2_norm_1")(up_2_conv_1)
    up_2_relu_1 = layers.ReLU(name="up_2_relu_1")(up_2_norm_1)
    up_2_conv_2 = layers.Conv2D(
        16, 3, padding="same", use_bias=False, name="up_2_conv_2"
    )(up_2_relu_1)
    up_2_norm_2 = layers.BatchNormalization(name="up_2_norm_2")(up_2_conv_2)
    up_2_relu_2 = layers.ReLU(name="up_2_relu_2")(up_2_norm_2)
    up_1_upsample = layers.Conv2DTranspose(
        8, 2, strides=2, padding="same", name="up_1_upsample"
    )(up_2_relu_2)
    up_1_joined = layers.Concatenate(name="up_1_joined")([up_1_upsample, down_1_relu_2])
    up_1_conv_1 = layers.Conv2D(
        8, 3, padding="same", use_bias=False, name="up_1_conv_1"
    )(up_1_joined)
    up_1_norm_1 = layers.BatchNormalization(name="up_1_norm_1")(up_1_conv_1)
    up_1_relu_1 = layers.ReLU(name="up_1_relu_1")(up_1_norm_1)
    up_1_conv_2 = layers.Conv2D(
        8, 3, padding="same", use_bias=False, name="up_1_conv_2"
    )(up_1_relu_1)
    up_1_norm_2 = layers.BatchNormalization(name="up_1_norm_2")(up_1_conv_2)
    up_1_relu_2 = layers.ReLU(name="up_1_relu_2")(up_1_norm_2)
    outputs = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(up_1_relu_2)
    return keras.Model(inputs, outputs, name="unet")


if __name__ == "__main__":
    build_model().summary()
