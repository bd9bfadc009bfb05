"""The Keras model awkward names: 22 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers


def build_model() -> keras.Model:
    """Build the model awkward names, uncompiled."""
    inputs = keras.Input(shape=(4,), name="inputs")
    class_ = layers.Dense(4, name="class")(inputs)
    layers_2 = layers.Dense(4, name="layers")(class_)
    keras_2 = layers.Dense(4, name="keras")(layers_2)
    print_ = layers.Dense(4, name="print")(keras_2)
    none = layers.Dense(4, name="None")(print_)
    build_model_2 = layers.Dense(4, name="build_model")(none)
    model_2 = layers.Dense(4, name="model")(build_model_2)
    ops_2 = layers.Dense(4, name="ops")(model_2)
    dense_1x1 = layers.Dense(4, name="1x1")(ops_2)
    a_b = layers.Dense(4, name="a-b")(dense_1x1)
    a_b_2 = layers.Dense(4, name="a_b")(a_b)
    a_b_3 = layers.Dense(4, name="A b")(a_b_2)
    a_b_4 = layers.Dense(4, name="a.b")(a_b_3)
    grosse = layers.Dense(4, name="größe")(a_b_4)
    dense = layers.Dense(4, name="日本")(grosse)
    has_quotes_and_more = layers.Dense(4, name="has 'quotes' and \"more\"")(dense)
    private = layers.Dense(4, name="_private")(has_quotes_and_more)
    name = layers.Dense(4, name="__name__")(private)
    x = layers.Dense(4, name="x")(name)
    fi = layers.Dense(4, name="\ufb01")(x)
    outputs = layers.Concatenate(name="outputs")(
        [
            inputs,
            class_,
            layers_2,
            keras_2,
            print_,
            none,
            build_model_2,
            model_2,
            ops_2,
            dense_1x1,
            a_b,
            a_b_2,
            a_b_3,
            a_b_4,
            grosse,
            dense,
            has_quotes_and_more,
            private,
            name,
            x,
            fi,
        ]
    )
    return keras.Model(inputs, outputs, name="awkward names")


if __name__ == "__main__":
    build_model().summary()
