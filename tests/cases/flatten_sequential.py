"""A Functional that is called twice, and a Sequential, written flat."""

import keras

from tests.cases import nested_sequential

OPTIONS = {"flatten": True}
MOVED = True


def build() -> keras.Model:
    return nested_sequential.build()
