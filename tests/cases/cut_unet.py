"""A U-Net up to its lowest layer."""

import keras

from tests.cases import unet

OPTIONS = {"submodel": "bottom_relu_2"}
MOVED = True


def build() -> keras.Model:
    return unet.build()
