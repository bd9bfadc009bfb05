"""Three heads by name, each with a loss and a weight of its own."""

import keras
from keras import layers


def build() -> keras.Model:
    image = keras.Input(shape=(128, 128, 3), name="image")
    embedding = keras.Input(shape=(100,), name="embedding")
    x = layers.Conv2D(16, 3, strides=2, activation="relu", name="conv_1")(image)
    x = layers.Conv2D(32, 3, strides=2, activation="relu", name="conv_2")(x)
    x = layers.GlobalMaxPooling2D(name="pooled")(x)
    x = layers.Concatenate(name="merged")([x, embedding])
    x = layers.Dense(64, activation="relu", name="shared")(x)
    outputs = {
        "category": layers.Dense(10, activation="softmax", name="category")(x),
        "price": layers.Dense(1, name="price")(x),
        "popularity": layers.Dense(1, activation="sigmoid", name="popularity")(x),
    }
    model = keras.Model(
        {"image": image, "embedding": embedding}, outputs, name="product_three_heads"
    )
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=3e-4),
        loss={
            "category": "sparse_categorical_crossentropy",
            "price": "mse",
            "popularity": "binary_crossentropy",
        },
        loss_weights={"category": 1.0, "price": 0.5, "popularity": 0.3},
        metrics={"category": ["accuracy"], "price": ["mae"]},
    )
    return model
