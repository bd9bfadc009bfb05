"""The Keras model dict_inputs_outputs: 8 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model dict_inputs_outputs, uncompiled."""
    price = keras.Input(shape=(1,), name="price")
    age = keras.Input(shape=(1,), name="age")
    history = keras.Input(shape=(6, 4), name="history")
    history_summary = layers.GRU(8, name="history_summary")(history)
    merged = layers.Concatenate(name="merged")([age, history_summary, price])
    hidden = layers.Dense(16, activation="relu", name="hidden")(merged)
    buy_head = layers.Dense(1, activation="sigmoid", name="buy_head")(hidden)
    amount_head = layers.Dense(1, activation="relu", name="amount_head")(hidden)
    return keras.Model(
        inputs={"price": price, "age": age, "history": history},
        outputs={"will buy": buy_head, "amount": amount_head},
        name="dict_inputs_outputs",
    )


if __name__ == "__main__":
    build_model().summary()
