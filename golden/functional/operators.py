"""The Keras model operators: 3 layers, written with the Functional API.

build_model() returns the model uncompiled and with fresh weights. The trained weights are
those of the file that this source was generated from:

    model = build_model()
    model.load_weights("original.keras")
"""

import keras
from keras import layers, ops


def build_model() -> keras.Model:
    """Build the model operators, uncompiled."""
    a = keras.Input(shape=(6,), name="a")
    b = keras.Input(shape=(6,), name="b")
    add = a + b
    add_1 = a + 1
    add_2 = 2.5 + a
    subtract = a - b
    subtract_1 = 1.0 - a
    multiply = a * b
    multiply_1 = 3 * a
    absolute = ops.absolute(b)
    add_3 = absolute + 1.0
    true_divide = a / add_3
    multiply_2 = b * b
    add_4 = multiply_2 + 1.0
    true_divide_1 = 1.0 / add_4
    floor_divide = a // 2.0
    multiply_3 = b * b
    add_5 = multiply_3 + 1.0
    floor_divide_1 = 5.0 // add_5
    mod = a % 3.0
    multiply_4 = b * b
    add_6 = multiply_4 + 1.0
    mod_1 = 7.0 % add_6
    power = a**2
    power_1 = 2.0**a
    absolute_1 = ops.absolute(a)
    negative = -a
    round_ = ops.round(a, decimals=1)
    power_2 = a**2
    negative_1 = -power_2
    add_7 = a + b
    multiply_5 = negative_1 * add_7
    subtract_2 = b - 1.0
    subtract_3 = a - subtract_2
    subtract_4 = multiply_5 - subtract_3
    negative_2 = -a
    power_3 = negative_2**2
    multiply_6 = b * b
    add_8 = multiply_6 + 1.0
    true_divide_2 = a / add_8
    multiply_7 = a * a
    add_9 = multiply_7 + 2.0
    true_divide_3 = true_divide_2 / add_9
    equal = ops.equal(a, b)
    not_equal = a != 0.0
    less = a < b
    less_equal = a <= 0.5
    greater = a > 0.5
    greater_equal = a >= b
    greater_1 = a > 0
    greater_2 = b > 0
    logical_and = greater_1 & greater_2
    greater_3 = a > 0
    greater_4 = b > 0
    logical_or = greater_3 | greater_4
    greater_5 = a > 0
    greater_6 = b > 0
    logical_xor = greater_5 ^ greater_6
    greater_7 = a > 0
    logical_not = ~greater_7
    subtract_5 = a - b
    head = layers.Dense(1, name="head")(subtract_5)
    return keras.Model(
        inputs=[a, b],
        outputs={
            "add": add,
            "add_constant": add_1,
            "constant_add": add_2,
            "subtract": subtract,
            "constant_subtract": subtract_1,
            "multiply": multiply,
            "constant_multiply": multiply_1,
            "divide": true_divide,
            "constant_divide": true_divide_1,
            "floor_divide": floor_divide,
            "constant_floor_divide": floor_divide_1,
            "remainder": mod,
            "constant_remainder": mod_1,
            "power": power,
            "constant_power": power_1,
            "absolute": absolute_1,
            "negative": negative,
            "rounded": round_,
            "precedence": subtract_4,
            "precedence_of_power": power_3,
            "grouped": true_divide_3,
            "equal": equal,
            "not_equal": not_equal,
            "less": less,
            "less_equal": less_equal,
            "greater": greater,
            "greater_equal": greater_equal,
            "and": logical_and,
            "or": logical_or,
            "xor": logical_xor,
            "not": logical_not,
            "head": head,
        },
        name="operators",
    )


if __name__ == "__main__":
    build_model().summary()
