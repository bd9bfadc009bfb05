"""A dict of heads with narrow lines."""

import keras

from tests.cases import product_three_heads

OPTIONS = {"line_length": 60}


def build() -> keras.Model:
    return product_three_heads.build()
