"""One input and one output in lists, which a Sequential does not have."""

import keras

from tests.cases import lists_of_one

OPTIONS = {"style": "sequential"}
MOVED = True


def build() -> keras.Model:
    return lists_of_one.build()
