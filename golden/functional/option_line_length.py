"""The Keras model product_three_heads: 10 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model product_three_heads, uncompiled."""
    image = keras.Input(shape=(128, 128, 3), name="image")
    embedding = keras.Input(shape=(100,), name="embedding")
    conv_1 = layers.Conv2D(
        16, 3, strides=2, activation="relu", name="conv_1"
    )(image)
    conv_2 = layers.Conv2D(
        32, 3, strides=2, activation="relu", name="conv_2"
    )(conv_1)
    pooled = layers.GlobalMaxPooling2D(name="pooled")(
        conv_2
    )
    merged = layers.Concatenate(name="merged")(
        [pooled, embedding]
    )
    shared = layers.Dense(
        64, activation="relu", name="shared"
    )(merged)
    category = layers.Dense(
        10, activation="softmax", name="category"
    )(shared)
    price = layers.Dense(1, name="price")(shared)
    popularity = layers.Dense(
        1, activation="sigmoid", name="popularity"
    )(shared)
    return keras.Model(
        inputs={"image": image, "embedding": embedding},
        outputs={
            "category": category,
            "price": price,
            "popularity": popularity,
        },
        name="product_three_heads",
    )


def compile_model(model: keras.Model) -> keras.Model:
    """Compile the model with the optimizer, loss and metrics of the original."""
    model.compile(
        optimizer=keras.optimizers.Adam(
            learning_rate=0.0003
        ),
        loss={
            "category": "sparse_categorical_crossentropy",
            "price": "mse",
            "popularity": "binary_crossentropy",
        },
        loss_weights={
            "category": 1.0,
            "price": 0.5,
            "popularity": 0.3,
        },
        metrics={
            "category": ["accuracy"],
            "price": ["mae"],
        },
    )
    return model


if __name__ == "__main__":
    build_model().summary()
