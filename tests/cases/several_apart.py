"""Models that share nothing but a nested model and a layer in it; one Sequential."""

import keras
from keras import layers


def build_models() -> tuple[keras.Model, keras.Model]:
    embed = layers.Dense(4, name="embed")
    features = keras.Input(shape=(4,), name="features")
    core = keras.Model(features, layers.ReLU(name="relu")(embed(features)), name="core")

    inputs = keras.Input(shape=(4,), name="inputs")
    scores = layers.Dense(8, name="scores")(core(inputs))
    scorer = keras.Model(inputs, scores, name="scorer")
    ranker = keras.Sequential(
        [keras.Input(shape=(4,), name="inputs"), embed, layers.Dense(2, name="rank")],
        name="ranker",
    )
    return scorer, ranker
