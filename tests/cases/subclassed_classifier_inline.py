"""Blocks of a subclassed model traced into: layers of Keras, named after the blocks."""

import keras

from tests.cases import subclassed_classifier

LIVE = True
OPTIONS = {"inline": True}


def build() -> keras.Model:
    return subclassed_classifier.build()
