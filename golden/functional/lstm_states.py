"""The Keras model lstm_states: 8 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model lstm_states, uncompiled."""
    steps = keras.Input(shape=(5, 4), name="steps")
    start_h = keras.Input(shape=(8,), name="start_h")
    start_c = keras.Input(shape=(8,), name="start_c")
    encoder, encoder_h, encoder_c = layers.LSTM(
        8, return_sequences=True, return_state=True, name="encoder"
    )(steps, initial_state=[start_h, start_c])
    decoder = layers.LSTM(8, name="decoder")(
        encoder, initial_state=[encoder_h, encoder_c]
    )
    _, middle_h, _ = layers.LSTM(8, return_state=True, name="middle")(encoder)
    simple = layers.SimpleRNN(8, name="simple")(encoder, initial_state=middle_h)
    merged = layers.Average(name="merged")([decoder, simple])
    return keras.Model(
        inputs=[steps, start_h, start_c],
        outputs=[merged, encoder_h],
        name="lstm_states",
    )


if __name__ == "__main__":
    build_model().summary()
