"""A mask travels through a Sequential by itself."""

import keras

from tests.cases import masked_lstm

OPTIONS = {"style": "sequential"}


def build() -> keras.Model:
    return masked_lstm.build()
