"""Training and inference models of a sequence to sequence model: calls made anew."""

import keras
from keras import layers


def build_models() -> tuple[keras.Model, keras.Model, keras.Model]:
    source = keras.Input(shape=(None, 5), name="source")
    _, h, c = layers.LSTM(6, return_state=True, name="encoder")(source)
    target = keras.Input(shape=(None, 4), name="target")
    decoder = layers.LSTM(6, return_sequences=True, return_state=True, name="decoder")
    dense = layers.Dense(4, activation="softmax", name="probabilities")
    x, _, _ = decoder(target, initial_state=[h, c])
    training = keras.Model([source, target], dense(x), name="training")

    encoding = keras.Model(source, [h, c], name="encoding")
    h_in, c_in = (keras.Input(shape=(6,), name=name) for name in ("h_in", "c_in"))
    x, h_out, c_out = decoder(target, initial_state=[h_in, c_in])
    step = keras.Model([target, h_in, c_in], [dense(x), h_out, c_out], name="step")
    return training, encoding, step
