"""A U-Net of depth three: every level of the way down is joined on the way up."""

import keras
from keras import layers


def _double_conv(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    for index in (1, 2):
        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=False, name=f"{name}_conv_{index}"
        )(x)
        x = layers.BatchNormalization(name=f"{name}_norm_{index}")(x)
        x = layers.ReLU(name=f"{name}_relu_{index}")(x)
    return x


def build() -> keras.Model:
    inputs = keras.Input(shape=(None, None, 3), name="image")
    x, skips = inputs, []
    for level, filters in enumerate((8, 16, 32), start=1):
        x = _double_conv(x, filters, f"down_{level}")
        skips.append(x)
        x = layers.MaxPooling2D(name=f"down_{level}_pool")(x)
    x = _double_conv(x, 64, "bottom")
    for level, filters in ((3, 32), (2, 16), (1, 8)):
        x = layers.Conv2DTranspose(
            filters, 2, strides=2, padding="same", name=f"up_{level}_upsample"
        )(x)
        x = layers.Concatenate(name=f"up_{level}_joined")([x, skips.pop()])
        x = _double_conv(x, filters, f"up_{level}")
    outputs = layers.Conv2D(1, 1, activation="sigmoid", name="mask")(x)
    return keras.Model(inputs, outputs, name="unet")
