"""The Keras model masked_merges: 9 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model masked_merges, uncompiled."""
    tokens = keras.Input(shape=(None,), dtype="int32", name="tokens")
    other = keras.Input(shape=(None,), dtype="int32", name="other")
    embedding = layers.Embedding(100, 8, mask_zero=True, name="embedding")
    embedding_tokens = embedding(tokens)
    embedding_other = embedding(other)
    attention = layers.MultiHeadAttention(
        num_heads=2, key_dim=4, attention_axes=1, name="attention"
    )(embedding_tokens, embedding_other)
    added = layers.Add(name="added")([embedding_tokens, attention])
    each = layers.TimeDistributed(layers.Dense(8, name="wide"), name="each")(added)
    joined = layers.Concatenate(name="joined")([each, embedding_tokens])
    both = layers.Bidirectional(layers.GRU(4, name="gru"), name="both")(joined)
    outputs = layers.Dense(1, name="score")(both)
    return keras.Model(inputs=[tokens, other], outputs=outputs, name="masked_merges")


if __name__ == "__main__":
    build_model().summary()
