"""The Keras model linear_functional: 10 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model linear_functional, uncompiled."""
    inputs = keras.Input(shape=(28, 28, 1), name="image")
    rescaled = layers.Rescaling(0.00392156862745098, name="rescaled")(inputs)
    conv_1 = layers.Conv2D(16, 3, padding="same", activation="relu", name="conv_1")(
        rescaled
    )
    pool_1 = layers.MaxPooling2D(name="pool_1")(conv_1)
    conv_2 = layers.Conv2D(32, 3, padding="same", use_bias=False, name="conv_2")(pool_1)
    norm_2 = layers.BatchNormalization(name="norm_2")(conv_2)
    relu_2 = layers.ReLU(name="relu_2")(norm_2)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(relu_2)
    dropout = layers.Dropout(0.25, name="dropout")(pooled)
    outputs = layers.Dense(10, activation="softmax", name="digit")(dropout)
    return keras.Model(inputs, outputs, name="linear_functional")


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(
        optimizer="adafactor",
        loss=keras.losses.sparse_categorical_crossentropy,
        metrics=[keras.metrics.sparse_categorical_accuracy],
        jit_compile=True,
    )
    return model


if __name__ == "__main__":
    build_model().summary()
