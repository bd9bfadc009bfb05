"""Shared, nested and multi-output calls with `--shapes`."""

import keras

from tests.cases import submodel_outputs

OPTIONS = {"shapes": True}


def build() -> keras.Model:
    return submodel_outputs.build()
