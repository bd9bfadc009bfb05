"""Layers of mixed precision in a Sequential."""

import keras

from tests.cases import mixed_precision

OPTIONS = {"style": "sequential"}


def build() -> keras.Model:
    return mixed_precision.build()
