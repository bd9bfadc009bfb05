"""Nested straight lines become Sequentials in a Sequential."""

import keras

from tests.cases import autoencoder_nested

OPTIONS = {"style": "sequential"}
MOVED = True


def build() -> keras.Model:
    return autoencoder_nested.build()
