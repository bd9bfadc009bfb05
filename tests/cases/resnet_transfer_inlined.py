"""Transfer learning, inlined: a frozen ResNet50 body as layers of the model itself."""

import keras
from keras import layers

SLOW = True


def build() -> keras.Model:
    inputs = keras.Input(shape=(224, 224, 3), name="image")
    base = keras.applications.ResNet50(
        weights=None, include_top=False, input_tensor=inputs
    )
    base.trainable = False
    x = layers.GlobalAveragePooling2D(name="pooled")(base.output)
    x = layers.Dense(256, activation="relu", name="hidden")(x)
    x = layers.Dropout(0.4, name="dropout")(x)
    outputs = layers.Dense(10, activation="softmax", name="label")(x)
    model = keras.Model(inputs, outputs, name="resnet_transfer")
    model.compile(
        optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"]
    )
    return model
