"""The Keras model convolutions: 16 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model convolutions, uncompiled."""
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    padded = layers.ZeroPadding2D(((1, 0), (2, 1)), name="padded")(inputs)
    oblong = layers.Conv2D(8, (3, 5), strides=(2, 1), name="oblong")(padded)
    dilated = layers.Conv2D(8, 3, dilation_rate=2, groups=2, name="dilated")(oblong)
    deep = layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2, name="deep")(
        dilated
    )
    separable = layers.SeparableConv2D(8, 3, activation="silu", name="separable")(deep)
    transposed = layers.Conv2DTranspose(
        8, 4, strides=2, padding="same", name="transposed"
    )(separable)
    cropped = layers.Cropping2D(1, name="cropped")(transposed)
    averaged = layers.AveragePooling2D(
        (2, 3), strides=1, padding="same", name="averaged"
    )(cropped)
    upsampled = layers.UpSampling2D(interpolation="bilinear", name="upsampled")(
        averaged
    )
    halved = layers.MaxPooling2D(name="halved")(upsampled)
    group_norm = layers.GroupNormalization(groups=4, name="group_norm")(halved)
    permuted = layers.Permute((3, 1, 2), name="permuted")(group_norm)
    flattened = layers.Reshape((8, -1), name="flattened")(permuted)
    causal = layers.Conv1D(4, 5, strides=5, padding="causal", name="causal")(flattened)
    outputs = layers.GlobalAveragePooling1D(keepdims=True, name="pooled")(causal)
    return keras.Model(inputs, outputs, name="convolutions")


if __name__ == "__main__":
    build_model().summary()
