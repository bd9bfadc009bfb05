"""`trainable` a layer at a time, in a Sequential and one inside it."""

import keras

from tests.cases import frozen_layers

OPTIONS = {"style": "sequential"}
MOVED = True


def build() -> keras.Model:
    return frozen_layers.build()
