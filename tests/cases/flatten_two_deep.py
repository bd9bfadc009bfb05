"""Three layers of one name, which their models then tell apart."""

import keras

from tests.cases import nested_two_deep

OPTIONS = {"flatten": True}
MOVED = True


def build() -> keras.Model:
    return nested_two_deep.build()
