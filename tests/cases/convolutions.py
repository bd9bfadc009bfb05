"""Convolutions with what can be a number or a tuple: kernels, strides, padding."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(32, 32, 3), name="image")
    x = layers.ZeroPadding2D(((1, 0), (2, 1)), name="padded")(image)
    x = layers.Conv2D(8, (3, 5), strides=(2, 1), name="oblong")(x)
    x = layers.Conv2D(8, (3, 3), dilation_rate=2, groups=2, name="dilated")(x)
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, padding="same", name="deep")(x)
    x = layers.SeparableConv2D(8, 3, activation="swish", name="separable")(x)
    x = layers.Conv2DTranspose(8, 4, strides=2, padding="same", name="transposed")(x)
    x = layers.Cropping2D(1, name="cropped")(x)
    x = layers.AveragePooling2D((2, 3), strides=1, padding="same", name="averaged")(x)
    x = layers.UpSampling2D(2, interpolation="bilinear", name="upsampled")(x)
    x = layers.MaxPooling2D((2, 2), name="halved")(x)
    x = layers.GroupNormalization(4, axis=-1, name="group_norm")(x)
    x = layers.Permute((3, 1, 2), name="permuted")(x)
    x = layers.Reshape((8, -1), name="flattened")(x)
    x = layers.Conv1D(4, 5, strides=5, padding="causal", name="causal")(x)
    outputs = layers.GlobalAveragePooling1D(keepdims=True, name="pooled")(x)
    return keras.Model(image, outputs, name="convolutions")
