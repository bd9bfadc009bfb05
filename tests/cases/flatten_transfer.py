"""A frozen base with skips under a new head, as Grad-CAM needs it."""

import keras

from tests.cases import nested_base

OPTIONS = {"flatten": True}
MOVED = True


def build() -> keras.Model:
    return nested_base.build()
