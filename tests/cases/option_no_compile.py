"""A compiled model, written without `compile_model`."""

import keras

from tests.cases import mnist_mlp

OPTIONS = {"compile": False}


def build() -> keras.Model:
    return mnist_mlp.build()
