"""LoRA: asked for in the constructor, and enabled later with a scale of its own."""

import keras
from keras import layers


def build() -> keras.Model:
    inputs = keras.Input(shape=(6,), dtype="int32", name="tokens")
    x = layers.Embedding(20, 8, name="embedded")(inputs)
    x = layers.EinsumDense(
        "btd,dh->bth", output_shape=(6, 8), lora_rank=2, lora_alpha=8, name="mixed"
    )(x)
    x = layers.Conv1D(8, 3, padding="same", lora_rank=2, lora_alpha=4, name="near")(x)
    x = layers.TimeDistributed(layers.Dense(4, name="inner"), name="steps")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(8, activation="relu", lora_rank=3, name="hidden")(x)
    head = keras.Sequential(
        [keras.Input(shape=(8,)), layers.Dense(2, name="scores")], name="head"
    )
    model = keras.Model(inputs, head(x), name="lora")
    model.get_layer("embedded").enable_lora(2, lora_alpha=6)
    model.get_layer("steps").layer.enable_lora(2, lora_alpha=0.5)
    head.get_layer("scores").enable_lora(4, lora_alpha=8)
    return model
