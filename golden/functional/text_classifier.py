"""The Keras model text_classifier: 5 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model text_classifier, uncompiled."""
    inputs = keras.Input(shape=(1,), dtype="string", name="text")
    tokens = layers.TextVectorization(
        max_tokens=50,
        output_sequence_length=12,
        vocabulary=[
            "the",
            "a",
            "model",
            "reads",
            "writes",
            "quick",
            "brown",
            "fox",
            "größe",
        ],
        vocabulary_size=11,
        name="tokens",
    )(inputs)
    embedding = layers.Embedding(50, 16, mask_zero=True, name="embedding")(tokens)
    pooled = layers.GlobalAveragePooling1D(name="pooled")(embedding)
    outputs = layers.Dense(1, activation="sigmoid", name="positive")(pooled)
    return keras.Model(inputs, outputs, name="text_classifier")


if __name__ == "__main__":
    build_model().summary()
