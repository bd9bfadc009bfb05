"""A Functional that is a straight line, as a Sequential."""

import keras

from tests.cases import linear_functional

OPTIONS = {"style": "sequential"}


def build() -> keras.Model:
    return linear_functional.build()
