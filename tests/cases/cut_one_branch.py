"""The image half of a model with two inputs, of which one is left."""

import keras

from tests.cases import image_and_metadata

OPTIONS = {"submodel": "image_features"}
MOVED = True


def build() -> keras.Model:
    return image_and_metadata.build()
