"""Two encoder blocks: self-attention and a feed-forward part, each with a residual."""

import keras
from keras import layers, ops


def _block(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    attended = layers.MultiHeadAttention(
        num_heads=4, key_dim=8, dropout=0.1, name=f"{name}_attention"
    )(x, x)
    attended = layers.Dropout(0.1, name=f"{name}_dropout")(attended)
    x = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm_1")(x + attended)
    hidden = layers.Dense(64, activation="gelu", name=f"{name}_hidden")(x)
    projected = layers.Dense(32, name=f"{name}_projected")(hidden)
    return layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm_2")(x + projected)


def build() -> keras.Model:
    tokens = keras.Input(shape=(24,), dtype="int32", name="tokens")
    embedded = layers.Embedding(100, 32, name="embedding")(tokens)
    positions = layers.Embedding(24, 32, name="positions")(
        ops.cumsum(ops.ones_like(tokens), axis=1) - 1
    )
    x = embedded + positions
    x = _block(x, "block_1")
    x = _block(x, "block_2")
    x = layers.GlobalAveragePooling1D(name="pooled")(x)
    outputs = layers.Dense(2, activation="softmax", name="label")(x)
    return keras.Model(tokens, outputs, name="transformer_encoder")
