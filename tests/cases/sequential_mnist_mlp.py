"""A Sequential as `--style sequential` writes it."""

import keras

from tests.cases import mnist_mlp

OPTIONS = {"style": "sequential"}


def build() -> keras.Model:
    return mnist_mlp.build()
