"""An encoder and a decoder, written flat."""

import keras

from tests.cases import autoencoder_nested

OPTIONS = {"flatten": True}
MOVED = True


def build() -> keras.Model:
    return autoencoder_nested.build()
