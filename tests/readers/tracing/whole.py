"""Models of custom classes with layers that Keras cannot make of their configs."""

from typing import Any

import keras
from keras import layers, ops


class Forgetful(layers.Layer):
    """Has a config without the argument that its size hangs on."""

    def __init__(self, units: int = 2, bias: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.bias = units, bias
        self.dense = layers.Dense(units, name="inner")

    def build(self, shape: Any) -> None:
        self.dense.build(shape)

    def call(self, x: Any) -> Any:
        return self.dense(x) + self.bias

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "bais": self.bias}


class Changing(Forgetful):
    """Has a config that gives another value than it was made with."""

    def get_config(self) -> dict[str, Any]:
        return {**layers.Layer.get_config(self), "units": self.units, "bias": 0.0}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**{**config, "units": 7})


class Scaled(layers.Layer):
    """Can be neither saved nor written out layer by layer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = self.add_weight(name="scale", shape=(), initializer="ones")

    def call(self, x: Any) -> Any:
        return x * self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gone": self.gone}  # type: ignore[attr-defined]


class Backbone(keras.Model):
    """A Functional that Keras saves as the arguments of its class."""

    def __init__(self, units: int, kind: str = "plain", **kwargs: Any) -> None:
        inputs = [keras.Input((4,), name=name) for name in ("first", "second")]
        shared = layers.Dense(units, name="shared")
        # The second call comes to stand deeper in the graph than the first.
        first, second = shared(inputs[0]), shared(inputs[1])
        second = layers.Dense(units, name="more")(second)
        if kind == "scaled":
            second = Scaled(name="scaled")(second)
        if kind == "forgetful":
            second = Forgetful(units, name="forgetful")(second)
        if kind == "changing":
            second = Changing(units, name="changing")(second)
        outputs = layers.Add(name="sum")([first, second])
        super().__init__(inputs, outputs, **kwargs)
        self.units, self.kind = units, kind

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "units": self.units, "kind": self.kind}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        return cls(**config)


class Positions(keras.Model):
    """Calls a layer on what does not come from its inputs."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.tokens = layers.Embedding(20, 4, name="tokens")
        self.positions = layers.Embedding(6, 4, name="positions")

    def call(self, x: Any) -> Any:
        return self.tokens(x) + self.positions(ops.arange(ops.shape(x)[1]))


class Heads(keras.Model):
    """Reshapes by the size of its batch."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense = layers.Dense(6, name="dense")

    def call(self, x: Any) -> Any:
        batch, steps, _ = ops.shape(x)
        return ops.reshape(self.dense(x), (batch, steps, 2, 3))


class TwoSizes(Heads):
    """Two sizes of the reshaped tensor are not known."""

    def call(self, x: Any) -> Any:
        batch, steps, _ = ops.shape(x)
        return ops.reshape(self.dense(x), (batch, steps, 2, 3)) + 0.0
