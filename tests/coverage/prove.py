"""Round-trip a model from both readers."""

from pathlib import Path
from types import ModuleType
from typing import Any

import keras

import kerascodegen
from tests import roundtrip


class Tensors:
    """Makes a model's inputs, and remembers them in their order."""

    def __init__(self) -> None:
        self.inputs: list[Any] = []

    def f(self, *shape: int | None, dtype: str = "float32", **more: Any) -> Any:
        """A floating point input of a shape that includes the batch."""
        self.inputs.append(keras.Input(batch_shape=shape, dtype=dtype, **more))
        return self.inputs[-1]

    def i(self, *shape: int | None) -> Any:
        """An input of integers."""
        return self.f(*shape, dtype="int32")

    def b(self, *shape: int | None) -> Any:
        """An input of booleans."""
        return self.f(*shape, dtype="bool")

    def s(self, *shape: int | None) -> Any:
        """An input of strings."""
        return self.f(*shape, dtype="string")

    def c(self, *shape: int | None) -> Any:
        """Complex numbers, which no input may be."""
        return keras.ops.view_as_complex(self.f(*shape, 2))

    def model(self, outputs: Any) -> keras.Model:
        """The model from all inputs to the outputs."""
        inputs = self.inputs if len(self.inputs) > 1 else self.inputs[0]
        return keras.Model(inputs, outputs, name="subject")


def dense_model(**arguments: Any) -> keras.Model:
    """A model of one Dense layer."""
    inputs = keras.Input((4,), name="features")
    outputs = keras.layers.Dense(4, **arguments, name="subject")(inputs)
    return keras.Model(inputs, outputs, name="model")


def assert_proved(model: keras.Model, folder: Path, warning: str = "") -> ModuleType:
    """Read a model live and as JSON, execute the source, and compare what it builds.

    Args:
        model: The model.
        folder: Where the JSON file goes.
        warning: Words of the only warning there must be; empty if there must be none.

    Returns:
        The generated module.

    Raises:
        AssertionError: The sources differ, or the models.
    """
    path = folder / "model.json"
    path.write_text(model.to_json(), encoding="utf-8")
    result = kerascodegen.generate(model)
    assert str(kerascodegen.generate(path)) == str(result)
    warnings = [d for d in result.diagnostics if d.level.value == "warning"]
    assert len(warnings) == bool(warning)
    assert warning in " ".join(map(str, warnings))
    module = roundtrip.execute(str(result))
    rebuilt = module.build_model()
    roundtrip.assert_same_model(model, rebuilt)
    if model.compiled:
        module.compile_model(rebuilt)
        roundtrip.assert_same_compile(model, rebuilt)
    return module


def warnings_of(model: object) -> list[str]:
    """What the program warns of for a model or file."""
    found = kerascodegen.generate(model).diagnostics
    return [str(item) for item in found if item.level.value == "warning"]
