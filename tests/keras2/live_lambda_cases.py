"""Models of tf_keras whose Lambdas are of the kinds that people wrote.

`WRITTEN` become ops; `KEPT` stay Lambdas, each for the reason beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

Build = Callable[[Any, Any], Any]
WRITTEN: dict[str, Build] = {}
KEPT: dict[str, tuple[Build, str]] = {}


def _one(
    name: str, function: Callable[..., Any], *shape: int | None, **settings: Any
) -> None:
    """A model of one Lambda, called "it"."""

    def build(tf: Any, tk: Any) -> Any:
        inputs = tk.Input(shape)

        def call(x: Any, **given: Any) -> Any:
            return function(tf, tk.backend, x, **given)

        layer = tk.layers.Lambda(call, name="it", **settings)
        return tk.Model(inputs, layer(inputs))

    WRITTEN[name] = build


_one("scale", lambda tf, k, x: x / 255.0, 4, 4, 3)
_one("mean_over_axes", lambda tf, k, x: k.mean(x, axis=[1, 2]), 4, 5, 3)
_one("expand_dims", lambda tf, k, x: tf.expand_dims(x, -1), 4)
_one("unit_length", lambda tf, k, x: k.l2_normalize(x, axis=-1), 6)
_one("resize", lambda tf, k, x: tf.image.resize(x, (6, 6)), 3, 3, 2)
_one("depth_to_space", lambda tf, k, x: tf.nn.depth_to_space(x, 2), 3, 3, 8)
_one("reshape", lambda tf, k, x: k.reshape(x, (k.shape(x)[0], -1)), 4, 3)
_one("last_step", lambda tf, k, x: x[:, -1], 5, 3)
_one("reverse", lambda tf, k, x: k.reverse(x, 1), 5, 3)
_one("one_hot", lambda tf, k, x: k.one_hot(k.cast(x, "int32"), 4), 3)
_one("softmax", lambda tf, k, x: k.softmax(x / 0.5), 3)
_one("gram", lambda tf, k, x: k.batch_dot(x, tf.transpose(x, [0, 2, 1])), 3, 4)
_one("repeat", lambda tf, k, x: k.repeat_elements(x, 2, axis=1), 3, 4)
_one("given", lambda tf, k, x: x + 1.0, 3, output_shape=(3,))
_one("constant", lambda tf, k, x: x - np.float32([1, 2, 3]), 3)


@lambda build: WRITTEN.setdefault("squash", build)
def _squash(tf: Any, tk: Any) -> Any:
    k = tk.backend

    def squash(vectors: Any, axis: int = -1) -> Any:
        squared = k.sum(k.square(vectors), axis, keepdims=True)
        return squared / (1 + squared) / k.sqrt(squared + k.epsilon()) * vectors

    inputs = tk.Input((4, 6))
    layer = tk.layers.Lambda(squash, arguments={"axis": 1}, name="squash")
    return tk.Model(inputs, layer(inputs))


@lambda build: WRITTEN.setdefault("siamese", build)
def _siamese(tf: Any, tk: Any) -> Any:
    k, layers = tk.backend, tk.layers
    base = tk.Sequential(
        [layers.Dense(3, input_shape=(4,)), layers.Lambda(lambda x: k.tanh(x))],
        name="base",
    )
    left, right = tk.Input((4,), name="left"), tk.Input((4,), name="right")
    distance = layers.Lambda(lambda t: tf.abs(t[0] - t[1]), name="distance")
    outputs = layers.Dense(1)(distance([base(left), base(right)]))
    return tk.Model([left, right], outputs)


@lambda build: WRITTEN.setdefault("several_outputs", build)
def _several_outputs(tf: Any, tk: Any) -> Any:
    inputs = tk.Input((6,))
    first, second = tk.layers.Lambda(lambda x: tf.split(x, 2, axis=-1))(inputs)
    halves = tk.layers.Lambda(lambda x: (x[:, :1], x), name="parts")(second)
    return tk.Model(inputs, [tk.layers.Dense(2)(first), *halves])


@lambda build: WRITTEN.setdefault("in_sequential", build)
def _in_sequential(tf: Any, tk: Any) -> Any:
    layers, k = tk.layers, tk.backend
    model = tk.Sequential(
        [
            layers.Lambda(lambda x: x / 127.5 - 1.0, name="scale"),
            layers.Conv2D(2, 3),
            layers.Lambda(lambda x: k.mean(x, axis=[1, 2])),
            layers.Dense(2),
        ]
    )
    model.build((None, 5, 5, 3))
    model(np.zeros((1, 5, 5, 3), "float32"))
    return model


@lambda build: WRITTEN.setdefault("in_time", build)
def _in_time(tf: Any, tk: Any) -> Any:
    layers, k = tk.layers, tk.backend
    inputs = tk.Input((5, 4, 3))
    mean = layers.Lambda(lambda x: k.mean(x, axis=1))
    return tk.Model(inputs, layers.LSTM(2)(layers.TimeDistributed(mean)(inputs)))


@lambda build: WRITTEN.setdefault("nested", build)
def _nested(tf: Any, tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((4,))
    inner = layers.Lambda(lambda x: tf.nn.relu(x) * 2.0, name="grow")(inputs)
    net = tk.Model(inputs, layers.Dense(4)(inner), name="net")
    outer = tk.Input((4,))
    result = layers.Lambda(lambda x: x + 1.0, name="grow")(net(net(outer)))
    return tk.Model(outer, result)


@lambda build: WRITTEN.setdefault("called_twice", build)
def _called_twice(tf: Any, tk: Any) -> Any:
    inputs = [tk.Input((4,), name="a"), tk.Input((2, 4), name="b")]
    layer = tk.layers.Lambda(lambda x: (x - 1.0) / 2.0, name="norm")
    first, second = map(layer, inputs)
    return tk.Model(inputs, [tk.layers.Dense(2)(first), layer(second)])


@lambda build: WRITTEN.setdefault("one_behind_another", build)
def _one_behind_another(tf: Any, tk: Any) -> Any:
    inputs = tk.Input((4,))
    x = tk.layers.Lambda(lambda x: x, name="nothing")(inputs)
    x = tk.layers.Lambda(lambda x: x * 3.0, name="three")(x)
    x = tk.layers.Lambda(lambda x, training=None, mask=None: -x, name="minus")(x)
    return tk.Model(inputs, x)


@lambda build: WRITTEN.setdefault("half_precision", build)
def _half_precision(tf: Any, tk: Any) -> Any:
    inputs = tk.Input((4,))
    layer = tk.layers.Lambda(lambda x: x * 2.0, dtype="float64", name="twice")
    return tk.Model(inputs, layer(inputs))


@lambda build: WRITTEN.setdefault("dict_taken", build)
def _dict_taken(tf: Any, tk: Any) -> Any:
    inputs = {"b": tk.Input((4,), name="b"), "a": tk.Input((4,), name="a")}
    minus = tk.layers.Lambda(lambda t: t["b"] - t["a"], name="minus")
    return tk.Model([inputs["a"], inputs["b"]], minus(inputs))


@lambda build: WRITTEN.setdefault("closure", build)
def _closure(tf: Any, tk: Any) -> Any:
    functions = [tf.nn.relu, tf.exp]
    inputs = tk.Input((4,))
    layer = tk.layers.Lambda(lambda x: functions[1](functions[0](x)), name="both")
    return tk.Model(inputs, layer(inputs))


def _kept(name: str, reason: str, function: Callable[..., Any]) -> None:
    def build(tf: Any, tk: Any) -> Any:
        given = {"variable": tf.Variable(2.0, trainable=False)}
        inputs = tk.Input((4,))

        def call(x: Any) -> Any:
            return function(tf, tk, x, given)

        return tk.Model(inputs, tk.layers.Lambda(call, name="it")(inputs))

    KEPT[name] = build, reason


def _printing(tf: Any, tk: Any, x: Any, given: Any) -> Any:
    print("called")
    return x


def _deciding(tf: Any, tk: Any, x: Any, given: Any) -> Any:
    if tk.backend.is_keras_tensor(x) if hasattr(x, "_keras_history") else False:
        return x
    return x * 2.0


def _mapped(tf: Any, tk: Any, x: Any, given: Any) -> Any:
    return tf.map_fn(lambda row: row * 2.0, x)


_kept(
    "sampling",
    "draws random numbers",
    lambda tf, tk, x, given: x + tk.backend.random_normal(tk.backend.shape(x)),
)
_kept(
    "noise",
    "draws random numbers",
    lambda tf, tk, x, given: x + tf.random.normal((4,)),
)
_kept(
    "numpy_noise",
    "gives something else each time",
    lambda tf, tk, x, given: x + random.random(),
)
_kept("variable", "reads a variable", lambda tf, tk, x, given: given["variable"] * x)
_kept("prints", "prints", _printing)
_kept("decides", "does something else with values than with symbols", _deciding)
_kept("maps", "calls a function of TensorFlow that tf_keras cannot record", _mapped)
_kept(
    "python_inside",
    "calls Python while it runs",
    lambda tf, tk, x, given: tf.py_function(lambda t: t * 2, [x], tf.float32),
)
_kept(
    "no_equal",
    "calls tf.math.lgamma: Keras has no gamma function",
    lambda tf, tk, x, given: tf.math.lgamma(x + 1.0) * 2.0,
)
