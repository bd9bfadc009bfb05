"""Make `digits_resnet.keras`, the small real model that the README's commands use.

A residual network over scikit-learn's bundled 8 by 8 digits: no download, under a
minute of training. Run it from anywhere:

    python examples/make_digits.py
"""

from pathlib import Path

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

PATH = Path(__file__).with_name("digits_resnet.keras")
SEED = 42


def residual_block(x: keras.KerasTensor, filters: int, name: str) -> keras.KerasTensor:
    """Two convolutions beside a shortcut, projected where the width changes."""
    shortcut = x
    if x.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, name=f"{name}_shortcut")(x)
    for index in (1, 2):
        x = layers.Conv2D(
            filters, 3, padding="same", use_bias=False, name=f"{name}_conv{index}"
        )(x)
        x = layers.BatchNormalization(name=f"{name}_norm{index}")(x)
        if index == 1:
            x = layers.ReLU(name=f"{name}_relu1")(x)
    x = layers.Add(name=f"{name}_add")([x, shortcut])
    return layers.ReLU(name=f"{name}_relu2")(x)


def build() -> keras.Model:
    """Build and compile the network."""
    inputs = keras.Input(shape=(8, 8, 1), name="image")
    x = layers.Rescaling(1 / 16, name="rescaled")(inputs)
    x = layers.Conv2D(8, 3, padding="same", activation="relu", name="stem")(x)
    x = residual_block(x, 8, "block1")
    x = residual_block(x, 16, "block2")
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    outputs = layers.Dense(10, activation="softmax", name="digit")(x)
    model = keras.Model(inputs, outputs, name="digits_resnet")
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=3e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main() -> None:
    """Train the network and save it."""
    keras.utils.set_random_seed(SEED)
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8, 1).astype(np.float32)
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels, test_size=0.2, random_state=SEED, stratify=labels
    )
    model = build()
    model.fit(train_images, train_labels, batch_size=32, epochs=12, verbose=2)
    loss, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    model.save(PATH)
    print(f"{PATH.name}: test loss {loss:.3f}, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
