"""The Keras model bidirectional: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model bidirectional, uncompiled."""
    inputs = keras.Input(shape=(5, 4), name="steps")
    concatenated = layers.Bidirectional(
        layers.LSTM(6, return_sequences=True, zero_output_for_mask=True, name="first"),
        name="concatenated",
    )(inputs)
    summed = layers.Bidirectional(
        layers.LSTM(6, return_sequences=True, zero_output_for_mask=True, name="ahead"),
        merge_mode="sum",
        backward_layer=layers.GRU(
            6,
            return_sequences=True,
            go_backwards=True,
            zero_output_for_mask=True,
            name="behind",
        ),
        name="summed",
    )(concatenated)
    separate_0, separate_1 = layers.Bidirectional(
        layers.GRU(3, name="apart"), merge_mode=None, name="separate"
    )(summed)
    states = layers.Bidirectional(
        layers.LSTM(2, return_state=True, name="stateful"), name="states"
    )(summed)
    outputs = layers.Concatenate(name="merged")(
        [separate_0, separate_1, states[0], states[1], states[2], states[3], states[4]]
    )
    return keras.Model(inputs, outputs, name="bidirectional")


if __name__ == "__main__":
    build_model().summary()
