"""Encoder and decoder: the states of one GRU begin the other."""

import keras
from keras import layers


def build() -> keras.Model:
    source = keras.Input(shape=(None,), dtype="int32", name="source")
    target = keras.Input(shape=(None,), dtype="int32", name="target")
    embedded = layers.Embedding(200, 16, name="source_embedding")(source)
    encoded, state = layers.GRU(
        32, return_sequences=True, return_state=True, name="encoder"
    )(embedded)
    embedded = layers.Embedding(300, 16, name="target_embedding")(target)
    decoded = layers.GRU(32, return_sequences=True, name="decoder")(
        embedded, initial_state=state
    )
    context = layers.Attention(name="attention")([decoded, encoded])
    joined = layers.Concatenate(name="joined")([decoded, context])
    outputs = layers.Dense(300, activation="softmax", name="words")(joined)
    model = keras.Model([source, target], outputs, name="gru_seq2seq")
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=0),
        metrics=["sparse_categorical_accuracy"],
    )
    return model
