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
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="down_1_conv_1")(
        inputs
    )
    x = layers.BatchNormalization(name="down_1_norm_1")(x)
    x = layers.ReLU(name="down_1_relu_1")(x)
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="down_1_conv_2")(x)
    x = layers.BatchNormalization(name="down_1_norm_2")(x)
    down_1_relu_2 = layers.ReLU(name="down_1_relu_2")(x)
    x = layers.MaxPooling2D(name="down_1_pool")(down_1_relu_2)
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="down_2_conv_1")(x)
    x = layers.BatchNormalization(name="down_2_norm_1")(x)
    x = layers.ReLU(name="down_2_relu_1")(x)
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="down_2_conv_2")(x)
    x = layers.BatchNormalization(name="down_2_norm_2")(x)
    down_2_relu_2 = layers.ReLU(name="down_2_relu_2")(x)
    x = layers.MaxPooling2D(name="down_2_pool")(down_2_relu_2)
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="down_3_conv_1")(x)
    x = layers.BatchNormalization(name="down_3_norm_1")(x)
    x = layers.ReLU(name="down_3_relu_1")(x)
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="down_3_conv_2")(x)
    x = layers.BatchNormalization(name="down_3_norm_2")(x)
    down_3_relu_2 = layers.ReLU(name="down_3_relu_2")(x)
    x = layers.MaxPooling2D(name="down_3_pool")(down_3_relu_2)
    x = layers.Conv2D(64, 3, padding="same", use_bias=False, name="bottom_conv_1")(x)
    x = layers.BatchNormalization(name="bottom_norm_1")(x)
    x = layers.ReLU(name="bottom_relu_1")(x)
    x = layers.Conv2D(64, 3, padding="same", use_bias=False, name="bottom_conv_2")(x)
    x = layers.BatchNormalization(name="bottom_norm_2")(x)
    x = layers.ReLU(name="bottom_relu_2")(x)
    x = layers.Conv2DTranspose(32, 2, strides=2, padding="same", name="up_3_upsample")(
        x
    )
    x = layers.Concatenate(name="up_3_joined")([x, down_3_relu_2])
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="up_3_conv_1")(x)
    x = layers.BatchNormalization(name="up_3_norm_1")(x)
    x = layers.ReLU(name="up_3_relu_1")(x)
    x = layers.Conv2D(32, 3, padding="same", use_bias=False, name="up_3_conv_2")(x)
    x = layers.BatchNormalization(name="up_3_norm_2")(x)
    x = layers.ReLU(name="up_3_relu_2")(x)
    x = layers.Conv2DTranspose(16, 2, strides=2, padding="same", name="up_2_upsample")(
        x
    )
    x = layers.Concatenate(name="up_2_joined")([x, down_2_relu_2])
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="up_2_conv_1")(x)
    x = layers.BatchNormalization(name="up_2_norm_1")(x)
    x = layers.ReLU(name="up_2_relu_1")(x)
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="up_2_conv_2")(x)
    x = layers.BatchNormalization(name="up_2_norm_2")(x)
    x = layers.ReLU(name="up_2_relu_2")(x)
    x = layers.Conv2DTranspose(8, 2, strides=2, padding="same", name="up_1_upsample")(x)
    x = layers.Concatenate(name="up_1_joined")([x, down_1_relu_2])
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="up_1_conv_1")(x)
    x = layers.BatchNormalization(name="up_1_norm_1")(x)
    x = layers.ReLU(name="up_1_relu_1")(x)
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="up_1_conv_2")(x)
    x = layers.BatchNormalization(name="up_1_norm_2")(x)
    x = layers.ReLU(name="up_1_relu_2")(x)
    outputs = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x)
    return keras.Model(inputs, outputs, name="unet")


if __name__ == "__main__":
    build_model().summary()
