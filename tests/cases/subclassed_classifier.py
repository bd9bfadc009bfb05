"""A subclassed model with two residual blocks, which stay layers of their class."""

import keras
import numpy as np
from keras import layers

LIVE = True


class ResidualBlock(keras.Model):
    """Two convolutions with a shortcut, projected where the shape changes."""

    def __init__(self, filters: int, strides: int = 1, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.conv1 = layers.Conv2D(
            filters, 3, strides=strides, padding="same", use_bias=False, name="conv1"
        )
        self.norm1 = layers.BatchNormalization(name="norm1")
        self.relu1 = layers.ReLU(name="relu1")
        self.conv2 = layers.Conv2D(
            filters, 3, padding="same", use_bias=False, name="conv2"
        )
        self.norm2 = layers.BatchNormalization(name="norm2")
        self.relu2 = layers.ReLU(name="relu2")
        self.projection = None
        if strides != 1:
            self.projection = layers.Conv2D(
                filters, 1, strides=strides, name="projection"
            )

    def call(self, inputs, training=None):
        x = self.relu1(self.norm1(self.conv1(inputs), training=training))
        x = self.norm2(self.conv2(x), training=training)
        shortcut = inputs if self.projection is None else self.projection(inputs)
        return self.relu2(x + shortcut)

    def get_config(self):
        config = {"filters": self.filters, "strides": self.strides}
        return {**super().get_config(), **config}


class Classifier(keras.Model):
    """A stem, two blocks and a head."""

    def __init__(self, classes: int, **kwargs):
        super().__init__(**kwargs)
        self.stem = layers.Conv2D(8, 3, padding="same", name="stem")
        self.block1 = ResidualBlock(8, name="block1")
        self.block2 = ResidualBlock(16, strides=2, name="block2")
        self.pool = layers.GlobalAveragePooling2D(name="pool")
        self.dropout = layers.Dropout(0.3, name="dropout")
        self.head = layers.Dense(classes, activation="softmax", name="head")

    def call(self, inputs, training=False):
        x = self.stem(inputs)
        x = self.block1(x, training=training)
        x = self.block2(x, training=training)
        x = self.dropout(self.pool(x), training=training)
        return self.head(x)

    def get_config(self):
        return {**super().get_config(), "classes": self.head.units}


def build() -> keras.Model:
    model = Classifier(10, name="subclassed_classifier")
    model(np.zeros((1, 16, 16, 3), "float32"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
