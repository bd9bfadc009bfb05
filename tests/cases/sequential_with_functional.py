"""A nested model that is no straight line stays Functional."""

import keras

from tests.cases import sequential_with_base

OPTIONS = {"style": "sequential"}


def build() -> keras.Model:
    return sequential_with_base.build()
