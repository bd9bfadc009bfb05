"""Two models that are called twice each: their layers are shared."""

import keras

from tests.cases import shared_submodels

OPTIONS = {"flatten": True}
MOVED = True


def build() -> keras.Model:
    return shared_submodels.build()
