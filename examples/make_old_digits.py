"""Make `old_digits.h5`, a model as people saved it with Keras 2, which Keras 3 refuses.

A recurrent network with a hand of attention over scikit-learn's bundled 8 by 8 digits,
the rows of an image for a sequence. It needs tf_keras (`pip install
'kerascodegen[keras2]'`) and a minute of training. Run it from anywhere:

    python examples/make_old_digits.py
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
import tf_keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tf_keras import layers

PATH = Path(__file__).with_name("old_digits.h5")
SEED = 42


def build() -> tf_keras.Model:
    """Build and compile the network, with TensorFlow's functions between layers."""
    inputs = layers.Input(shape=(8, 8), name="image")
    rows = layers.Bidirectional(
        layers.LSTM(12, return_sequences=True, name="lstm"), name="rows"
    )(inputs / 16.0)
    queries = layers.Dense(16, use_bias=False, name="queries")(rows)
    keys = layers.Dense(16, use_bias=False, name="keys")(rows)
    scores = tf.matmul(queries, keys, transpose_b=True) / tf.sqrt(16.0)
    context = tf.reduce_mean(tf.matmul(tf.nn.softmax(scores), rows), axis=1)
    x = layers.Dense(24, name="hidden")(context)
    x = layers.LeakyReLU(alpha=0.1, name="leaky")(x)
    outputs = layers.Dense(10, activation="softmax", name="digit")(x)
    model = tf_keras.Model(inputs, outputs, name="old_digits")
    model.compile(
        optimizer=tf_keras.optimizers.legacy.Adam(lr=0.01, decay=1e-4),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model


def main() -> None:
    """Train the network and save it."""
    tf_keras.utils.set_random_seed(SEED)
    images, labels = load_digits(return_X_y=True)
    images = images.reshape(-1, 8, 8).astype(np.float32)
    train_images, test_images, train_labels, test_labels = train_test_split(
        images, labels, test_size=0.2, random_state=SEED, stratify=labels
    )
    model = build()
    model.fit(train_images, train_labels, batch_size=32, epochs=15, verbose=2)
    loss, accuracy = model.evaluate(test_images, test_labels, verbose=0)
    model.save(PATH, include_optimizer=True)
    print(f"{PATH.name}: test loss {loss:.3f}, accuracy {accuracy:.3f}")


if __name__ == "__main__":
    main()
