"""The Keras model string_lookup: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model string_lookup, uncompiled."""
    colour = keras.Input(shape=[], dtype="string", name="colour")
    size = keras.Input(shape=(1,), dtype="int64", name="size")
    colour_index = layers.StringLookup(
        vocabulary=["red", 'blue "navy"', "größe"],
        output_mode="one_hot",
        vocabulary_size=4,
        name="colour_index",
    )(colour)
    index = layers.IntegerLookup(
        num_oov_indices=2,
        vocabulary=(36, 38, 40),
        output_mode="one_hot",
        vocabulary_size=5,
        name="index",
    )(size)
    joined = layers.Concatenate(name="joined")([colour_index, index])
    outputs = layers.Dense(1, name="price")(joined)
    return keras.Model(inputs=[colour, size], outputs=outputs, name="string_lookup")


if __name__ == "__main__":
    build_model().summary()
