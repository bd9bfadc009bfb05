"""The second phase of transfer learning: the last 20 layers of the body unfrozen."""

import keras

from tests.cases import resnet_transfer_nested

SLOW = True


def build() -> keras.Model:
    model = resnet_transfer_nested.build()
    base = model.layers[1]
    base.trainable = True
    for layer in base.layers[:-20]:
        layer.trainable = False
    model.compile(
        optimizer=keras.optimizers.Adam(1e-5),
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
