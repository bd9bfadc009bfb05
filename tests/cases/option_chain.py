"""A network with skips with `--tensors chain`: `x` along straight runs."""

import keras

from tests.cases import unet

OPTIONS = {"tensors": "chain"}


def build() -> keras.Model:
    return unet.build()
