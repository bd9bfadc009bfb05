"""The Keras model unused_input: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model unused_input, uncompiled."""
    features = keras.Input(shape=(4,), name="features")
    ignored = keras.Input(shape=(2,), name="ignored")
    outputs = layers.Dense(1, name="score")(features)
    return keras.Model(inputs=[features, ignored], outputs=outputs, name="unused_input")


if __name__ == "__main__":
    build_model().summary()
