"""The Keras model gru_seq2seq: 9 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model gru_seq2seq, uncompiled."""
    source = keras.Input(shape=(None,), dtype="int32", name="source")
    target = keras.Input(shape=(None,), dtype="int32", name="target")
    target_embedding = layers.Embedding(300, 16, name="target_embedding")(target)
    source_embedding = layers.Embedding(200, 16, name="source_embedding")(source)
    encoder, encoder_state = layers.GRU(
        32, return_sequences=True, return_state=True, name="encoder"
    )(source_embedding)
    decoder = layers.GRU(32, return_sequences=True, name="decoder")(
        target_embedding, initial_state=encoder_state
    )
    attention = layers.Attention(name="attention")([decoder, encoder])
    joined = layers.Concatenate(name="joined")([decoder, attention])
    outputs = layers.Dense(300, activation="softmax", name="words")(joined)
    return keras.Model(inputs=[source, target], outputs=outputs, name="gru_seq2seq")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(ignore_class=0),
        metrics=["sparse_categorical_accuracy"],
    )
    return model


if __name__ == "__main__":
    build_model().summary()
