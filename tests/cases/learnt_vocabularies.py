"""What `adapt` learnt is in no config: vocabularies are set again, weights loaded."""

import keras
import numpy as np
from keras import layers

LEARNT = True


def build() -> keras.Model:
    colour = keras.Input(shape=(2,), dtype="string", name="colour")
    size = keras.Input(shape=(2,), dtype="int64", name="size")
    review = keras.Input(shape=(), dtype="string", name="review")
    weight = keras.Input(shape=(3,), name="weight")

    # One layer, called twice.
    lookup = layers.StringLookup(num_oov_indices=2, output_mode="multi_hot", name="hue")
    lookup.adapt([["red", "blue"], ["red", 'so-called "größe"'], ["cyan", "red"]])
    sizes = layers.IntegerLookup(mask_token=0, output_mode="count", name="sizes")
    sizes.adapt(np.array([[36, 38], [38, 40]]))
    tokens = layers.TextVectorization(
        max_tokens=9, output_sequence_length=4, name="tokens"
    )
    tokens.adapt(["the model reads", "the quick brown fox", "a model"])
    terms = layers.TextVectorization(output_mode="tf_idf", name="terms")
    terms.adapt(["the model reads", "the quick brown fox"])
    scaled = layers.Normalization(name="scaled")
    scaled.adapt(np.array([[1.0, 2.0, 3.0], [3.0, 5.0, 9.0]]))
    letters = layers.TextVectorization(
        split="character", output_mode="multi_hot", name="letters"
    )
    letters.adapt(["the model"])
    spelling = keras.Sequential(
        [keras.Input(shape=(), dtype="string"), letters, layers.Dense(2)],
        name="spelling",
    )

    embedded = layers.Embedding(9, 4, name="embedded")(tokens(review))
    x = layers.Concatenate(name="joined")(
        [
            lookup(colour),
            lookup(colour[:, :1]),
            sizes(size),
            layers.GlobalAveragePooling1D(name="pooled")(embedded),
            terms(review),
            scaled(weight),
            spelling(review),
        ]
    )
    outputs = layers.Dense(1, name="price")(x)
    return keras.Model(
        [colour, size, review, weight], outputs, name="learnt_vocabularies"
    )
