"""The Keras model functional: 11 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model functional, uncompiled."""
    input_layer = keras.Input(shape=(16, 16, 3), name="input_layer")
    input_layer_1 = keras.Input(shape=(4,), name="input_layer_1")
    conv2d = layers.Conv2D(8, 3, name="conv2d")(input_layer)
    batch_normalization = layers.BatchNormalization(name="batch_normalization")(conv2d)
    re_lu = layers.ReLU(name="re_lu")(batch_normalization)
    kept_name = layers.Conv2D(8, 3, name="kept_name")(re_lu)
    global_average_pooling2d = layers.GlobalAveragePooling2D(
        name="global_average_pooling2d"
    )(kept_name)
    dense = layers.Dense(8, activation="relu", name="dense")(input_layer_1)
    concatenate = layers.Concatenate(name="concatenate")(
        [global_average_pooling2d, dense]
    )
    dense_1 = layers.Dense(8, name="dense_1")(concatenate)
    add = dense_1 + dense
    outputs = layers.Dense(2, name="dense_2")(add)
    return keras.Model(
        inputs=[input_layer, input_layer_1], outputs=outputs, name="functional"
    )


if __name__ == "__main__":
    build_model().summary()
