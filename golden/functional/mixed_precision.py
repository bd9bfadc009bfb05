"""The Keras model mixed_precision: 7 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model mixed_precision, uncompiled."""
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    conv = layers.Conv2D(8, 3, activation="relu", dtype="mixed_float16", name="conv")(
        inputs
    )
    norm = layers.BatchNormalization(dtype="mixed_float16", name="norm")(conv)
    pooled = layers.GlobalAveragePooling2D(dtype="mixed_float16", name="pooled")(norm)
    hidden = layers.Dense(16, activation="relu", dtype="mixed_float16", name="hidden")(
        pooled
    )
    logits = layers.Dense(10, dtype="mixed_float16", name="logits")(hidden)
    outputs = layers.Activation("softmax", name="label")(logits)
    return keras.Model(inputs, outputs, name="mixed_precision")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


if __name__ == "__main__":
    build_model().summary()
