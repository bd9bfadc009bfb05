"""Nested models with dicts and lists of inputs and outputs."""

import keras

from tests.cases import submodel_outputs

OPTIONS = {"flatten": True}
MOVED = True


def build() -> keras.Model:
    return submodel_outputs.build()
