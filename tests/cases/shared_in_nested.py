"""An embedding used inside a nested model, in a wrapper and outside of both."""

import keras
from keras import layers

SHARES = True


def build() -> keras.Model:
    embedding = layers.Embedding(20, 6, name="embedding")
    tokens = keras.Input(shape=(5,), dtype="int32", name="tokens")
    x = layers.GRU(6, name="gru")(embedding(tokens))
    encoder = keras.Model(tokens, x, name="encoder")

    query = keras.Input(shape=(5,), dtype="int32", name="query")
    items = keras.Input(shape=(3, 5), dtype="int32", name="items")
    first = layers.GlobalAveragePooling1D(name="first")(embedding(query))
    each = layers.TimeDistributed(embedding, name="each")(items)
    every = layers.TimeDistributed(encoder, name="every")(items)
    x = layers.Dot(axes=(2, 1), name="match")([every, first])
    y = layers.Flatten(name="flat")(each)
    outputs = layers.Concatenate(name="joined")([encoder(query), x, y])
    return keras.Model([query, items], outputs, name="shared_in_nested")
