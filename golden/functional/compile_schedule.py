"""The Keras model residual_mlp: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model residual_mlp, uncompiled."""
    inputs = keras.Input(shape=(64,), name="features")
    hidden_1 = layers.Dense(64, activation="relu", name="hidden_1")(inputs)
    hidden_2 = layers.Dense(64, name="hidden_2")(hidden_1)
    merged = layers.Add(name="merged")([hidden_2, inputs])
    merged_relu = layers.Activation("relu", name="merged_relu")(merged)
    outputs = layers.Dense(10, activation="softmax", name="label")(merged_relu)
    return keras.Model(inputs, outputs, name="residual_mlp")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(
        optimizer=keras.optimizers.AdamW(
            learning_rate=keras.optimizers.schedules.CosineDecay(
                initial_learning_rate=0.0,
                decay_steps=10000,
                warmup_target=0.001,
                warmup_steps=500,
            ),
            weight_decay=0.01,
            beta_2=0.98,
            clipnorm=1.0,
            use_ema=True,
            ema_momentum=0.995,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseTopKCategoricalAccuracy(k=3, name="top_3")],
    )
    return model


if __name__ == "__main__":
    build_model().summary()
