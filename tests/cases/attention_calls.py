"""Attention in its call forms: value and key by keyword, causal mask, scores."""

import keras
from keras import layers


def build() -> keras.Model:
    query = keras.Input(shape=(6, 16), name="query")
    memory = keras.Input(shape=(8, 16), name="memory")
    own = layers.MultiHeadAttention(2, 8, name="own")(
        query, query, use_causal_mask=True
    )
    crossed, scores = layers.MultiHeadAttention(
        2, 8, value_dim=4, output_shape=16, use_bias=False, name="crossed"
    )(query=own, value=memory, return_attention_scores=True)
    keyed = layers.MultiHeadAttention(2, 8, name="keyed")(
        crossed, value=memory, key=memory
    )
    grouped = layers.GroupQueryAttention(
        head_dim=8, num_query_heads=4, num_key_value_heads=2, name="grouped"
    )(keyed, memory)
    additive, additive_scores = layers.AdditiveAttention(name="additive")(
        [grouped, memory], return_attention_scores=True
    )
    return keras.Model(
        [query, memory], [additive, scores, additive_scores], name="attention_calls"
    )
