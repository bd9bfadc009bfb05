"""Compiled with functions instead of names, and without metrics."""

import keras

from tests.cases import linear_functional


def build() -> keras.Model:
    model = linear_functional.build()
    model.compile(
        optimizer=keras.optimizers.Adafactor(),
        loss=keras.losses.sparse_categorical_crossentropy,
        metrics=[keras.metrics.sparse_categorical_accuracy],
        jit_compile=True,
    )
    return model
