"""Models inside a model, given with it: a GAN, its parts compiled by themselves."""

import keras
from keras import layers


def build_models() -> dict[str, keras.Model]:
    noise = keras.Input(shape=(8,), name="noise")
    x = layers.Dense(16, activation="relu", name="hidden")(noise)
    fake = layers.Dense(4, name="sample")(x)
    generator = keras.Model(noise, fake, name="generator")

    sample = keras.Input(shape=(4,), name="sample")
    x = layers.Dense(16, activation="relu", name="hidden")(sample)
    real = layers.Dense(1, activation="sigmoid", name="real")(x)
    discriminator = keras.Model(sample, real, name="discriminator")
    discriminator.compile("sgd", "binary_crossentropy")

    noise = keras.Input(shape=(8,), name="noise")
    gan = keras.Model(noise, discriminator(generator(noise)), name="gan")
    gan.compile("adam", "binary_crossentropy")
    return {"gan": gan, "generator": generator, "critic": discriminator}
