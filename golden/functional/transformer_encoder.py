"""The Keras model transformer_encoder: 17 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model transformer_encoder, uncompiled."""
    inputs = keras.Input(shape=(24,), dtype="int32", name="tokens")
    embedding = layers.Embedding(100, 32, name="embedding")(inputs)
    ones_like = ops.ones_like(inputs)
    cumsum = ops.cumsum(ones_like, axis=1)
    subtract = cumsum - 1
    positions = layers.Embedding(24, 32, name="positions")(subtract)
    add = embedding + positions
    block_1_attention = layers.MultiHeadAttention(
        num_heads=4, key_dim=8, dropout=0.1, attention_axes=1, name="block_1_attention"
    )(add, add)
    block_1_dropout = layers.Dropout(0.1, name="block_1_dropout")(block_1_attention)
    add_1 = add + block_1_dropout
    block_1_norm_1 = layers.LayerNormalization(
        axis=(-1,), epsilon=1e-06, name="block_1_norm_1"
    )(add_1)
    block_1_hidden = layers.Dense(64, activation="gelu", name="block_1_hidden")(
        block_1_norm_1
    )
    block_1_projected = layers.Dense(32, name="block_1_projected")(block_1_hidden)
    add_2 = block_1_norm_1 + block_1_projected
    block_1_norm_2 = layers.LayerNormalization(
        axis=(-1,), epsilon=1e-06, name="block_1_norm_2"
    )(add_2)
    block_2_attention = layers.MultiHeadAttention(
        num_heads=4, key_dim=8, dropout=0.1, attention_axes=1, name="block_2_attention"
    )(block_1_norm_2, block_1_norm_2)
    block_2_dropout = layers.Dropout(0.1, name="block_2_dropout")(block_2_attention)
    add_3 = block_1_norm_2 + block_2_dropout
    block_2_norm_1 = layers.LayerNormalization(
        axis=(-1,), epsilon=1e-06, name="block_2_norm_1"
    )(add_3)
    block_2_hidden = layers.Dense(64, activation="gelu", name="block_2_hidden")(
        block_2_norm_1
    )
    block_2_projected = layers.Dense(32, name="block_2_projected")(block_2_hidden)
    add_4 = block_2_norm_1 + block_2_projected
    block_2_norm_2 = layers.LayerNormalization(
        axis=(-1,), epsilon=1e-06, name="block_2_norm_2"
    )(add_4)
    pooled = layers.GlobalAveragePooling1D(name="pooled")(block_2_norm_2)
    outputs = layers.Dense(2, activation="softmax", name="label")(pooled)
    return keras.Model(inputs, outputs, name="transformer_encoder")


if __name__ == "__main__":
    build_model().summary()
