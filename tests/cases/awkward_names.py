"""Layer names that are keywords, builtins, modules, or no identifiers at all."""

import keras
from keras import layers

NAMES = [
    "class",
    "layers",
    "keras",
    "print",
    "None",
    "build_model",
    "model",
    "ops",
    "1x1",
    "a-b",
    "a_b",
    "A b",
    "a.b",
    "größe",
    "日本",
    "has 'quotes' and \"more\"",
    "_private",
    "__name__",
    "x",
    "ﬁ",
]


def build() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="inputs")
    tensors = [inputs]
    for name in NAMES:
        tensors.append(layers.Dense(4, name=name)(tensors[-1]))
    # A second use of each, so that none can be left without a variable.
    outputs = layers.Concatenate(name="outputs")(tensors)
    return keras.Model(inputs, outputs, name="awkward names")
