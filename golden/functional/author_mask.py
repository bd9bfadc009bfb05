"""The Keras model author_mask: 6 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model author_mask, uncompiled."""
    steps = keras.Input(shape=(6, 8), name="steps")
    lengths = keras.Input(shape=(1,), dtype="int32", name="lengths")
    less = ops.less(
        ops.convert_to_numpy(ops.array([0, 1, 2, 3, 4, 5], "int32")), lengths
    )
    lstm = layers.LSTM(8, return_sequences=True, name="lstm")(steps, mask=less)
    expand_dims = ops.expand_dims(less, axis=1)
    expand_dims_1 = ops.expand_dims(less, axis=2)
    logical_and = expand_dims & expand_dims_1
    attention = layers.MultiHeadAttention(
        num_heads=2, key_dim=4, attention_axes=1, name="attention"
    )(lstm, lstm, attention_mask=logical_and)
    expand_dims_2 = ops.expand_dims(less, axis=-1)
    weights = layers.Softmax(axis=1, name="weights")(attention, mask=expand_dims_2)
    outputs = layers.GlobalAveragePooling1D(name="pooled")(weights, mask=less)
    return keras.Model(inputs=[steps, lengths], outputs=outputs, name="author_mask")


if __name__ == "__main__":
    build_model().summary()
