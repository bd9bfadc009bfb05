"""The layer of `custom_l2_norm`, where it cannot be imported: its source is copied."""

import keras

from tests.code import load

STUB = "L2Norm"
CODE = True


def build() -> keras.Model:
    return load("l2_norm").build()
