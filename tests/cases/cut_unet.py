"""A U-Net up to where its third level begins to come back up."""

import keras

from tests.cases import unet

OPTIONS = {"submodel": "down_3_relu_2"}
MOVED = True


def build() -> keras.Model:
    return unet.build()
