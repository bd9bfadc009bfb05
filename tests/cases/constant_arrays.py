"""Constant arrays in calls: from numpy, and as tensors of the backend."""

import keras
import numpy as np
from keras import layers, ops


def build() -> keras.Model:
    inputs = keras.Input(shape=(3,), name="colour")
    centred = inputs - np.array([0.485, 0.456, 0.406], dtype="float32")
    scaled = centred / ops.convert_to_tensor([0.25, 0.5, 0.25])
    outputs = layers.Dense(2, name="label")(scaled)
    return keras.Model(inputs, outputs, name="constant_arrays")
