"""A model shared at two depths, and a layer that reaches it through another one."""

import keras
from keras import layers

SHARES = True


def build() -> keras.Model:
    scale = layers.Dense(4, use_bias=False, trainable=False, name="scale")
    head = keras.Sequential(
        [keras.Input(shape=(4,), name="code"), layers.Dense(4, name="dense"), scale],
        name="head",
    )
    features = keras.Input(shape=(4,), name="features")
    x = layers.Dense(4, name="dense")(features)
    inner = keras.Model(features, head(x), name="inner")
    features = keras.Input(shape=(4,), name="features")
    middle = keras.Model(features, inner(scale(features)), name="middle")

    left = keras.Input(shape=(4,), name="left")
    right = keras.Input(shape=(4,), name="right")
    x = layers.Add(name="both")([middle(left), head(middle(right))])
    return keras.Model([left, right], x, name="shared_deep")
