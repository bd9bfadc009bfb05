"""Nothing but what a generated module needs gets past the audit."""

import pytest

from kerascodegen.emitters.audit import audit_source
from kerascodegen.errors import InternalError
from tests.support import GOLDENS

HEAD = """import keras
from keras import layers, ops


def build_model(x, y, z, model):
    """


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda path: path.stem)
def test_goldens_pass(golden):
    source = golden.read_text(encoding="utf-8")
    assert source.startswith('"""')
    audit_source(source)


ALLOWED = [
    "return keras.Model(x, layers.Dense(3)(x))",
    "x = keras.Input(shape=(3,))\n    return x[:, 0] + 1.0",
    'model = keras.Sequential([layers.Lambda("x")])\n    model.summary()',
    "for layer in model.layers[:3]:\n        layer.trainable = False",
    'while keras.backend.get_uid("add") <= 3:\n        pass',
    'raise NotImplementedError("x")',
    'x = "text".encode()',
    'x = float("nan")',
    'for i in range(2, 4):\n        x = layers.ReLU(name=f"block{i}")(x)',
    'x = layers.ReLU(name=f"{y}_{2 * z + 1}")(x)',
    "if y:\n        x = layers.ReLU()(x)\n    else:\n        x = layers.ELU()(x)",
    'x = layers.Conv2D(4 * y, 1, padding="same" if z == 2 else "valid")(x)',
]


@pytest.mark.parametrize("body", ALLOWED)
def test_what_emitters_write_passes(body: str):
    # It refuses by raising.
    assert audit_source(HEAD + body + "\n") is None


REFUSED = [
    # Inside f-strings only variables and arithmetic on them.
    'x = f"{keras.utils}"',
    'x = f"{eval(y)}"',
    'x = f"{y.__class__}"',
    'x = f"{y!r}"',
    'x = f"{y:>10}"',
    'x = f"{[y]}"',
    'x = f"{y[0]}"',
    # Builtins.
    'eval("1")',
    'exec("1")',
    'compile("1", "", "exec")',
    'open("/etc/passwd")',
    '__import__("os")',
    'getattr(keras, "utils")',
    "globals()",
    "print(1)",
    "breakpoint()",
    # Keras beyond modelling.
    'keras.utils.get_file("x", "http://example.org")',
    'keras.models.load_model("x.keras")',
    'keras.saving.load_model("x.keras")',
    "keras.config.enable_unsafe_deserialization()",
    'keras.layers.TFSMLayer("x")',
    'layers.TFSMLayer("x")',
    "keras.backend.clear_session()",
    "keras.src.utils.io_utils.print_msg(1)",
    "keras()",
    "layers()",
    "ops.nothing(1)",
    "keras.Model.from_config({})",
    "keras.compile(1)",
    "keras.ops.summary(1)",
    # Attributes and methods.
    "x = keras.__dict__",
    "x = (1).__class__",
    "x._private",
    'x = "a".format(1)',
    "x.load_weights(1)",
    'x.save("y")',
    "model.fit(1)",
    "x.compile.__globals__",
    # Calls of what is not a name.
    "[eval][0](1)",
    '{"a": eval}["a"](1)',
    "(eval if 1 else 2)(1)",
    # Syntax.
    "x = lambda: 1",
    "x = [y for y in z]",
    "x = {y: y for y in z}",
    "x = (y for y in z)",
    "x = (y := 1)",
    "global x",
    "del x",
    "assert x",
    "with x:\n        pass",
    "try:\n        pass\n    except x:\n        pass",
    "yield 1",
    "x += 1",
    "x: int = 1",
    "async def g():\n        pass",
    "match x:\n        case 1:\n            pass",
    "x = y and z",
    "x = {1, 2}",
    "x = await y",
]


@pytest.mark.parametrize("body", REFUSED)
def test_anything_else_is_refused(body: str):
    prefix = HEAD.replace("def ", "async def ") if "await" in body else HEAD
    with pytest.raises(InternalError, match=r"Line|not Python"):
        audit_source(f"{prefix}{body}\n")


MODULES = [
    "import os",
    "import os.path",
    "import keras.utils",
    "import numpy.ctypeslib",
    "from os import system",
    "from keras import *",
    "from keras import utils",
    "from keras import saving",
    "from keras.utils import get_file",
    "from keras.saving import load_model",
    "from keras.models import load_model as Dense",
    "from . import x",
    "from .keras import layers",
    "from numpy import load",
    "import tensorflow",
    "import kerascodegen",
    "from __future__ import annotations",
    "@eval\ndef f():\n    pass",
    "@eval\nclass C:\n    pass",
    "class C(metaclass=eval('1')):\n    pass",
    "class C(eval('object')):\n    pass",
    "def f(x=eval('1')):\n    pass",
    "def f(x: eval('1')):\n    pass",
    "def f() -> eval('1'):\n    pass",
    "x = (",
    "x = 1\x00",
]


@pytest.mark.parametrize("source", MODULES)
def test_module_level_is_checked(source: str):
    with pytest.raises(InternalError):
        audit_source(source + "\n")


@pytest.mark.parametrize(
    "source",
    [
        "import keras as layers\nlayers.utils.get_file(1)",
        "import numpy as keras\nkeras.load(1)",
        "from keras import layers as keras\nkeras.utils.get_file(1)",
        "from keras import ops as float\nfloat.nothing(1)",
        "import numpy as np\nnp.load(1)",
        "import numpy as np\nnp.array.tofile(1)",
        "def eval():\n    pass\n\ndef f():\n    open(1)",
        "import keras\nlayers = keras\nlayers.utils.get_file(1)",
        "import keras\nload = keras.models.load_model\nload(1)",
        "import keras\nfor load in [keras.models.load_model]:\n    load(1)",
        "import keras\ndef f(load=keras.models.load_model):\n    load(1)",
        "import keras\nx = [keras.models.load_model]\nx[0](1)",
        "import builtins\nbuiltins.eval(1)",
        "import keras\nfloat = eval\nfloat('1')",
        "import keras\ndef f():\n    load = keras.models.load_model\n    load(1)",
        "import keras\ndef f():\n    load = open\n    load(1)",
        "import keras\ndef f():\n    k = keras\n    k.Input.compile(1)",
        "import keras\ndef f(float):\n    float('1')",
        "import keras\nx = keras.models.load_model",
    ],
)
def test_aliases_open_no_door(source: str):
    with pytest.raises(InternalError):
        audit_source(source + "\n")


def test_line_is_named():
    with pytest.raises(InternalError, match="Line 6 of the source has the name eval"):
        audit_source(f"{HEAD}eval(1)\n")
