"""Compiled with loss and metric objects, weighted metrics and several steps a call."""

import keras

from tests.cases import power_plant


def build() -> keras.Model:
    model = power_plant.build()
    model.compile(
        optimizer=keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        loss=[
            keras.losses.Huber(reduction="sum"),
            keras.losses.MeanSquaredError(name="vacuum_error"),
        ],
        loss_weights=[1.0, 0.25],
        metrics=[
            [keras.metrics.RootMeanSquaredError(name="rmse")],
            ["mae", keras.metrics.R2Score()],
        ],
        weighted_metrics=[["mse"], []],
        steps_per_execution=8,
        run_eagerly=False,
        jit_compile=False,
    )
    return model
