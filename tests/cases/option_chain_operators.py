"""Operators and branches with `--tensors chain`."""

import keras

from tests.cases import residual_operators

OPTIONS = {"tensors": "chain"}


def build() -> keras.Model:
    return residual_operators.build()
