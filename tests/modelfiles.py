"""Small real model files, saved once a session, and ways to damage them."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIVE = """\
import keras
from keras import layers

print("this module prints while it is imported")


def build():
    print("and its factory prints too")
    x = keras.Input((4,), name="x")
    return keras.Model(x, layers.Dense(2, name="d")(x), name="live")


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(2)

    def call(self, x):
        return self.dense(x)


class Holder:
    model = build()
"""


@dataclass(frozen=True)
class ModelFiles:
    """Files that Keras wrote.

    Attributes:
        folder: Where they are; tests copy what they change.
        text: What `to_json()` gives for the model of `tiny.keras`.
    """

    folder: Path
    text: str

    def __getitem__(self, name: str) -> Path:
        return self.folder / name

    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = json.loads(self.text)
        return config


def save_models(folder: Path) -> ModelFiles:
    import keras
    from keras import layers

    x = keras.Input((4,), name="x")
    hidden = layers.Dense(8, activation="relu", name="hidden")(x)
    tiny = keras.Model(x, layers.Dense(2, name="out")(hidden), name="tiny")
    tiny.compile("adam", "mse")
    tiny.save(folder / "tiny.keras")
    (folder / "tiny.json").write_text(tiny.to_json())
    tiny.save_weights(folder / "only.weights.h5")
    tiny.save(folder / "whole.h5")
    doubled = layers.Lambda(lambda value: value * 2, name="doubled")(x)
    keras.Model(x, doubled, name="with_lambda").save(folder / "lambda.keras")
    unbuilt = keras.Sequential([layers.Dense(3, name="a")], name="unbuilt")
    (folder / "unbuilt.json").write_text(unbuilt.to_json())
    _save_custom(folder)
    (folder / "live_model.py").write_text(LIVE)
    return ModelFiles(folder, tiny.to_json())


def _save_custom(folder: Path) -> None:
    import keras

    @keras.saving.register_keras_serializable("somebody")
    class Scaled(keras.layers.Layer):
        def __init__(self, factor: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, x: Any) -> Any:
            return x * self.factor

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "factor": self.factor}

    @keras.saving.register_keras_serializable("somebody")
    class Subclassed(keras.Model):
        def call(self, x: Any) -> Any:
            return x * 2

    x = keras.Input((4,), name="x")
    scaled = keras.Model(x, Scaled(2.5, name="scaled")(x), name="with_custom")
    scaled.save(folder / "custom.keras")
    subclassed = Subclassed(name="subclassed")
    subclassed(keras.ops.ones((1, 4)))
    subclassed.save(folder / "subclassed.keras")


def layer(config: dict[str, Any], name: str = "hidden") -> dict[str, Any]:
    """Take a layer of a model's config, to be changed in place."""
    found: dict[str, Any] = next(
        item for item in config["config"]["layers"] if item["name"] == name
    )
    return found


def changed(files: ModelFiles, change: Callable[[dict[str, Any]], object]) -> str:
    """The tiny model's config, changed by a function, as JSON."""
    config = copy.deepcopy(files.config())
    change(config)
    return json.dumps(config)


def archive(path: Path, *members: tuple[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return path
