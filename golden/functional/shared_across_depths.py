"""The Keras model shared_across_depths: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model shared_across_depths, uncompiled."""
    features = keras.Input(shape=(8,), name="features")
    other = keras.Input(shape=(8,), name="other")
    late = layers.Dense(8, name="late")(other)
    later = layers.Dense(8, name="later")(late)
    shared = layers.Dense(8, activation="relu", name="shared")
    shared_1 = shared(later)
    shared_2 = shared(features)
    shared_3 = shared(shared_2)
    outputs = layers.Concatenate(name="joined")([shared_3, shared_1, shared_2])
    return keras.Model(
        inputs=[features, other], outputs=outputs, name="shared_across_depths"
    )


if __name__ == "__main__":
    build_model().summary()
