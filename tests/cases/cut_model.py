"""Up to the output of a nested model."""

import keras

from tests.cases import nested_base

OPTIONS = {"submodel": "base"}
MOVED = True


def build() -> keras.Model:
    return nested_base.build()
