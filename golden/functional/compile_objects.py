"""The Keras model power_plant: 5 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model power_plant, uncompiled."""
    inputs = keras.Input(shape=(4,), name="ambient")
    shared_1 = layers.Dense(64, activation="relu", name="shared_1")(inputs)
    shared_2 = layers.Dense(32, activation="relu", name="shared_2")(shared_1)
    energy = layers.Dense(1, name="energy")(shared_2)
    vacuum = layers.Dense(1, name="vacuum")(shared_2)
    return keras.Model(inputs, outputs=[energy, vacuum], name="power_plant")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(
        optimizer=keras.optimizers.SGD(momentum=0.9, nesterov=True),
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
    )
    return model


if __name__ == "__main__":
    build_model().summary()
