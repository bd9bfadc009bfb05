"""Layers quantised one by one: int4 in blocks, int8 of weights only, and float."""

import keras
from keras import layers, quantizers


def build() -> keras.Model:
    inputs = keras.Input(shape=(32,), name="features")
    x = layers.Dense(16, activation="relu", name="blocks")(inputs)
    x = layers.Dense(16, activation="relu", name="channels")(x)
    x = layers.Dense(16, activation="relu", name="weights_only")(x)
    x = layers.Dense(16, dtype="mixed_bfloat16", name="half")(x)
    outputs = layers.Dense(2, dtype="float32", name="score")(x)
    model = keras.Model(inputs, outputs, name="quantized_mixed")
    model.get_layer("blocks").quantize(
        config=quantizers.Int4QuantizationConfig(block_size=8)
    )
    model.get_layer("channels").quantize(
        config=quantizers.Int4QuantizationConfig(block_size=-1)
    )
    model.get_layer("weights_only").quantize(
        config=quantizers.Int8QuantizationConfig(
            weight_quantizer=quantizers.AbsMaxQuantizer(axis=0, value_range=(-63, 63)),
            activation_quantizer=None,
        )
    )
    model.get_layer("half").quantize("int8")
    return model
