"""The Keras model masked_embedding_branches: 7 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model masked_embedding_branches, uncompiled."""
    inputs = keras.Input(shape=(None,), dtype="int32", name="tokens")
    embedding = layers.Embedding(500, 16, mask_zero=True, name="embedding")(inputs)
    forward = layers.LSTM(8, return_sequences=True, name="forward")(embedding)
    backward = layers.LSTM(
        8, return_sequences=True, go_backwards=True, name="backward"
    )(embedding)
    joined = layers.Concatenate(name="joined")([forward, backward])
    summary = layers.GRU(8, name="summary")(joined)
    outputs = layers.Dense(3, activation="softmax", name="label")(summary)
    return keras.Model(inputs, outputs, name="masked_embedding_branches")


if __name__ == "__main__":
    build_model().summary()
