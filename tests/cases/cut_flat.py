"""Up to a layer inside a nested model."""

import keras

from tests.cases import nested_base

OPTIONS = {"flatten": True, "submodel": "base/block_added"}
MOVED = True


def build() -> keras.Model:
    return nested_base.build()
