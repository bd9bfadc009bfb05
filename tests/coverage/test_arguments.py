"""Every initializer, regularizer, constraint, policy and activation, in a layer."""

from collections.abc import Mapping
from pathlib import Path

import keras
import pytest
from keras import activations

from tests.coverage import arguments, op_calls
from tests.coverage.prove import Tensors, assert_proved, dense_model
from tests.coverage.public import assert_complete, public_classes, public_functions

TABLES: dict[str, Mapping[str, arguments.Arguments]] = {
    "initializers": arguments.INITIALIZERS,
    "regularizers": arguments.REGULARIZERS,
    "constraints": arguments.CONSTRAINTS,
    "dtype_policies": arguments.POLICIES,
}
ENTRIES = [(module, name) for module, table in TABLES.items() for name in table]
# Keras lets these work on numbers alone, inside a layer.
NOT_ON_TENSORS = ("hard_silu", "hard_swish", "mish", "sparsemax")
# They turn functions into configs and back.
NO_ACTIVATIONS = ("deserialize", "get", "serialize")
ACTIVATIONS = op_calls.names("""
    celu elu exponential gelu glu hard_shrink hard_sigmoid hard_silu hard_swish
    hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid
    silu soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax
    squareplus swish tanh tanh_shrink threshold
""")


# Keras itself cannot load the weights that these leave.
WARNED = {
    "AWQDTypePolicy": "quantised by AWQ",
    "GPTQDTypePolicy": "quantised by GPTQ",
}


@pytest.mark.parametrize("module", TABLES)
def test_every_class_is_listed(module: str):
    listed = public_classes(getattr(keras, module))
    rest = {n: c for n, c in arguments.ABSTRACT.items() if n in listed}
    if module == "initializers":
        rest["STFT"] = keras.initializers.STFT
    assert_complete(listed, TABLES[module], rest)
    for name, cls in rest.items():
        if name in arguments.ABSTRACT:
            assert sum(issubclass(other, cls) for other in listed.values()) > 3


@pytest.mark.parametrize(("module", "name"), ENTRIES)
def test_round_trip(module: str, name: str, tmp_path: Path):
    model = dense_model(**TABLES[module][name]())
    assert f'"class_name": "{name}"' in model.to_json()
    assert_proved(model, tmp_path, WARNED.get(name, ""))


def test_stft_initializer(tmp_path: Path):
    assert_proved(arguments.stft_model(), tmp_path)


def test_every_activation_is_listed():
    listed = public_functions(activations)
    assert_complete(listed, dict.fromkeys(ACTIVATIONS), dict.fromkeys(NO_ACTIVATIONS))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name: str, tmp_path: Path):
    # `threshold` needs more arguments than a layer gives an activation.
    function = getattr(activations, name)
    assert_proved(dense_model(activation=function), tmp_path)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation_called_on_a_tensor(name: str, tmp_path: Path):
    tensors = Tensors()
    more = (0.5, 7) if name == "threshold" else ()
    function, argument = getattr(activations, name), tensors.f(2, 4)
    if name in NOT_ON_TENSORS:
        with pytest.raises(ValueError, match="KerasTensor cannot be used as input"):
            function(argument)
        return
    outputs = function(argument, *more)
    assert_proved(tensors.model(outputs), tmp_path)
