"""The Keras model activations: 11 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model activations, uncompiled."""
    inputs = keras.Input(shape=(8,), name="features")
    named = layers.Dense(8, activation="leaky_relu", name="named")(inputs)
    function = layers.Dense(8, activation="gelu", name="function")(named)
    layer_2 = layers.Dense(8, activation=layers.LeakyReLU(name="inner"), name="layer")(
        function
    )
    activation = layers.Activation("hard_silu", name="activation")(layer_2)
    shrink = layers.Activation("tanh_shrink", name="shrink")(activation)
    leaky = layers.LeakyReLU(negative_slope=0.2, name="leaky")(shrink)
    prelu = layers.PReLU(shared_axes=1, name="prelu")(leaky)
    relu_6 = layers.ReLU(
        max_value=6.0, negative_slope=0.1, threshold=0.5, name="relu_6"
    )(prelu)
    elu = layers.ELU(alpha=0.5, name="elu")(relu_6)
    outputs = layers.Softmax(name="softmax")(elu)
    return keras.Model(inputs, outputs, name="activations")


if __name__ == "__main__":
    build_model().summary()
