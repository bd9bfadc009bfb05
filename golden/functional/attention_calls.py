"""The Keras model attention_calls: 7 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model attention_calls, uncompiled."""
    query = keras.Input(shape=(6, 16), name="query")
    memory = keras.Input(shape=(8, 16), name="memory")
    own = layers.MultiHeadAttention(
        num_heads=2, key_dim=8, attention_axes=1, name="own"
    )(query, query, use_causal_mask=True)
    crossed, crossed_scores = layers.MultiHeadAttention(
        num_heads=2,
        key_dim=8,
        value_dim=4,
        use_bias=False,
        output_shape=16,
        attention_axes=1,
        name="crossed",
    )(query=own, value=memory, return_attention_scores=True)
    keyed = layers.MultiHeadAttention(
        num_heads=2, key_dim=8, attention_axes=1, name="keyed"
    )(crossed, value=memory, key=memory)
    grouped = layers.GroupQueryAttention(
        head_dim=8, num_query_heads=4, num_key_value_heads=2, name="grouped"
    )(keyed, memory)
    additive, additive_scores = layers.AdditiveAttention(name="additive")(
        [grouped, memory], return_attention_scores=True
    )
    return keras.Model(
        inputs=[query, memory],
        outputs=[additive, crossed_scores, additive_scores],
        name="attention_calls",
    )


if __name__ == "__main__":
    build_model().summary()
