"""Inputs and outputs as dicts, with keys that are neither sorted nor layer names."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = {
        "price": keras.Input(shape=(1,), name="price"),
        "age": keras.Input(shape=(1,), name="age"),
        "history": keras.Input(shape=(6, 4), name="history"),
    }
    history = layers.GRU(8, name="history_summary")(inputs["history"])
    merged = layers.Concatenate(name="merged")(
        [inputs["age"], history, inputs["price"]]
    )
    hidden = layers.Dense(16, activation="relu", name="hidden")(merged)
    outputs = {
        "will buy": layers.Dense(1, activation="sigmoid", name="buy_head")(hidden),
        "amount": layers.Dense(1, activation="relu", name="amount_head")(hidden),
    }
    return keras.Model(inputs, outputs, name="dict_inputs_outputs")
