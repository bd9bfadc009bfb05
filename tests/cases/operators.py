"""Every Python operator on tensors, with constants on either side.

`ops.equal` is here because `==` on Keras' symbolic tensors compares identity.
"""

import keras
from keras import layers, ops


def build() -> keras.Model:
    a = keras.Input(shape=(6,), name="a")
    b = keras.Input(shape=(6,), name="b")
    outputs = {
        "add": a + b,
        "add_constant": a + 1,
        "constant_add": 2.5 + a,
        "subtract": a - b,
        "constant_subtract": 1.0 - a,
        "multiply": a * b,
        "constant_multiply": 3 * a,
        "divide": a / (abs(b) + 1.0),
        "constant_divide": 1.0 / (b * b + 1.0),
        "floor_divide": a // 2.0,
        "constant_floor_divide": 5.0 // (b * b + 1.0),
        "remainder": a % 3.0,
        "constant_remainder": 7.0 % (b * b + 1.0),
        "power": a**2,
        "constant_power": 2.0**a,
        "absolute": abs(a),
        "negative": -a,
        "rounded": round(a, 1),
        "precedence": -(a**2) * (a + b) - (a - (b - 1.0)),
        "precedence_of_power": (-a) ** 2,
        "grouped": a / (b * b + 1.0) / (a * a + 2.0),
        "equal": ops.equal(a, b),
        "not_equal": a != 0.0,
        "less": a < b,
        "less_equal": a <= 0.5,
        "greater": a > 0.5,
        "greater_equal": a >= b,
        "and": (a > 0) & (b > 0),
        "or": (a > 0) | (b > 0),
        "xor": (a > 0) ^ (b > 0),
        "not": ~(a > 0),
    }
    outputs["head"] = layers.Dense(1, name="head")(a - b)
    return keras.Model([a, b], outputs, name="operators")
