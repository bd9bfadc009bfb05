"""Dropout with `keep_training`: `training=False` is written where Keras recorded it."""

import keras

from tests.cases import training_dropout

OPTIONS = {"keep_training": True}


def build() -> keras.Model:
    return training_dropout.build()
