"""Strings in: the vocabulary and its lookup are part of the model."""

import keras
from keras import layers

WORDS = ["the", "a", "model", "reads", "writes", "quick", "brown", "fox", "größe"]


def build() -> keras.Model:
    text = keras.Input(shape=(1,), dtype="string", name="text")
    tokens = layers.TextVectorization(
        max_tokens=50, output_sequence_length=12, vocabulary=WORDS, name="tokens"
    )(text)
    x = layers.Embedding(50, 16, mask_zero=True, name="embedding")(tokens)
    x = layers.GlobalAveragePooling1D(name="pooled")(x)
    outputs = layers.Dense(1, activation="sigmoid", name="positive")(x)
    return keras.Model(text, outputs, name="text_classifier")
