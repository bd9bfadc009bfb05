"""The residual network with `--shapes`."""

import keras

from tests.cases import residual_mlp

OPTIONS = {"shapes": True}


def build() -> keras.Model:
    return residual_mlp.build()
