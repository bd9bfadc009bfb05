"""Nothing but what a generated module needs gets past the audit."""

import pytest

from kerascodegen.emitters.audit import audit_source
from kerascodegen.emitters.custom import CustomSource
from kerascodegen.errors import InternalError
from kerascodegen.graph.custom import ImportLine
from tests.cases import all_cases
from tests.support import GOLDENS

HEAD = """import keras
from keras import layers, ops


def build_model(x, y, z, model):
    """


# Their custom code passes only where the emitter says that it is the user's own.
CUSTOM = {case.name for case in all_cases() if case.code} | {"subclassed_classifier"}


@pytest.mark.parametrize(
    "golden",
    [path for path in GOLDENS if path.stem not in CUSTOM],
    ids=lambda path: path.stem,
)
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
    "def inner(dense: layers.Dense) -> tuple[keras.Model, keras.Model]:\n        pass",
    "def inner(models: dict[str, keras.Model]) -> dict[str, tuple]:\n        pass",
    'models = build_model()\n    models["a"].compile("sgd")\n    models.values()',
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
    "tuple(x)",
    "dict(x=1)",
    "str(x)",
    "tuple = x",
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


# What is copied there has no name beyond Keras' modelling ones.
HARMLESS = {"custom_l2_norm_inlined"}


@pytest.mark.parametrize("name", sorted(CUSTOM - HARMLESS))
def test_custom_code_does_not_pass_by_itself(name: str):
    (golden,) = [path for path in GOLDENS if path.stem == name]
    with pytest.raises(InternalError):
        audit_source(golden.read_text(encoding="utf-8"))


COPIED = """def own(x):
    \'\'\'  What   it does.\'\'\'
    import os

    return os.getpid() + x
"""
CUSTOM_SOURCE = CustomSource(
    definitions=(COPIED,),
    lambdas=("lambda x: x.sum()",),
    imports=(ImportLine("my_package", "Own", "Own_2"), ImportLine("math")),
    names=("own", "Own_2", "Own_2.Inner"),
    bound=("own", "math"),
)
OWN_HEAD = f"""import keras
import math
from my_package import Own as Own_2


{COPIED}

def build_model(x):
    """


@pytest.mark.parametrize(
    "body",
    [
        "return Own_2(3)(x)",
        "return Own_2.Inner(activation=own)(own(x))",
        "return keras.layers.Lambda(lambda x: x.sum())(x)",
        "y = keras.tree.flatten(Own_2(x))\n    return y[1]",
    ],
)
def test_registered_custom_code_passes(body: str):
    assert audit_source(f"{OWN_HEAD}{body}\n", CUSTOM_SOURCE) is None


@pytest.mark.parametrize(
    "body",
    [
        "return math.exp(x)",
        "return Own_2.other(x)",
        "return Own_2.Inner.other(x)",
        "return Own(x)",
        "return own.__globals__",
        "return keras.layers.Lambda(lambda x: x.mean())(x)",
        "import os",
    ],
)
def test_nothing_else_passes_beside_custom_code(body: str):
    with pytest.raises(InternalError):
        audit_source(f"{OWN_HEAD}{body}\n", CUSTOM_SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("os.getpid()", "os.getppid()"),
        (COPIED, COPIED + "\n\n" + COPIED),
        ("from my_package import Own as Own_2", "from my_package import Own"),
        ("from my_package import", "from my_package.sub import"),
        ("import math", "import math, os"),
    ],
)
def test_custom_code_passes_only_as_it_was_registered(old: str, new: str):
    with pytest.raises(InternalError):
        audit_source(f"{OWN_HEAD}return x\n".replace(old, new), CUSTOM_SOURCE)


LOADERS = """from pathlib import Path

import keras
import numpy as np
from keras import layers, ops


def load_constant(name: str) -> np.ndarray:
    \"\"\"Load an array from the file beside this module.\"\"\"
    path = Path(__file__).with_name("def_constants.npz")
    return np.load(path, allow_pickle=False)[name]


def load_vocabulary(name: str) -> list[str]:
    \"\"\"Read a vocabulary, a word a line, from a file beside this module.\"\"\"
    path = Path(__file__).with_name(name)
    return path.read_text(encoding="utf-8").split("\\n")


def build_model(x, layer):
    """

LOADED = [
    'return ops.add(x, load_constant("add"))',
    'return ops.add(x, load_constant("add").astype("bfloat16"))',
    'return ops.take(x, load_constant("take").tolist())',
    'return layers.StringLookup(vocabulary=load_vocabulary("def_vocabulary.txt"))(x)',
    'layer.set_vocabulary(load_vocabulary("def_vocabulary.txt"))',
    'layer.set_vocabulary(load_constant("a").tolist())',
    'layer.set_vocabulary(["a"], idf_weights=[1.0] * 3)',
    'layer.get_layer("dense").lora_alpha = 2.5',
]


@pytest.mark.parametrize("body", LOADED)
def test_what_is_loaded_passes(body: str):
    assert audit_source(LOADERS + body + "\n") is None


@pytest.mark.parametrize(
    "body",
    [
        'load_vocabulary("/etc/passwd")',
        'load_vocabulary("../def_vocabulary.txt")',
        'load_vocabulary("secret")[0]()',
        'load_vocabulary("a/b.txt")',
        "load_vocabulary(x)",
        'load_vocabulary(name="a.txt")',
        'load_vocabulary(*["a.txt"])',
        "y = load_constant",
        "y = load_constant.__globals__",
        'load_constant("a").tofile("b")',
        'load_constant("a").dump("b")',
        "load_constant = x",
        'layer.set_vocabulary("/etc/passwd")',
        "layer.set_vocabulary(x)",
        'layer.set_vocabulary(vocabulary="/etc/passwd")',
        'layer.set_vocabulary(["a"], *x)',
        'Path("/etc/passwd").read_text()',
        "y = Path",
        "y = __file__",
        'np.load("/etc/passwd")',
        "np.load(x, allow_pickle=True)",
        "y = np.load",
    ],
)
def test_nothing_else_is_loaded(body: str):
    with pytest.raises(InternalError):
        audit_source(LOADERS + body + "\n")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("allow_pickle=False", "allow_pickle=True"),
        ("def_constants.npz", "../def_constants.npz"),
        ("def_constants.npz", "def.npz"),
        (".with_name(name)", ".with_suffix(name)"),
        (".with_name(name)", ".joinpath(name)"),
        ("Path(__file__)", "Path(name)"),
        ("read_text", "write_text"),
        ('encoding="utf-8"', 'encoding="utf-8", errors="ignore"'),
        ("from pathlib import Path", "from pathlib import Path, os"),
        ("from pathlib import Path", "from os import remove as Path"),
        ("from pathlib import Path", "from .pathlib import Path"),
        ("name: str) -> np", "name: str, other=print()) -> np"),
        ("def load_constant", "@keras\ndef load_constant"),
    ],
)
def test_loaders_are_known_to_the_letter(old: str, new: str):
    body = 'return load_constant("a")\n'
    source = LOADERS + body
    assert audit_source(source) is None
    assert old in source
    with pytest.raises(InternalError):
        audit_source(source.replace(old, new))


def test_a_path_is_imported_only_for_loaders():
    with pytest.raises(InternalError, match="an import of pathlib"):
        audit_source("from pathlib import Path\n")


LAYER = """import keras
from keras import layers


@keras.saving.register_keras_serializable(package="model")
class Block(layers.Layer):
    \"\"\"Block.\"\"\"

    def __init__(self, filters, *, wide=False, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.wide = wide
        if wide:
            self.side = layers.Conv2D(4 * filters, 1, name="side")
        self.conv = layers.Conv2D(filters, 1, name="conv")

    def build(self, input_shape):
        self.call(keras.KerasTensor(input_shape, "int32"))

    def compute_output_spec(self, x):
        return self.call(x)

    def call(self, x):
        if self.wide:
            x = self.side(x)
        return self.conv(x) * self.filters

    def get_config(self):
        return {**super().get_config(), "filters": self.filters, "wide": self.wide}


def build_model(x):
    return Block(3, wide=True, name="block")(x)
"""


def test_a_block_as_a_layer_passes():
    assert audit_source(LAYER) is None
    kept = LAYER.replace("__init__(**kwargs)", "__init__(autocast=False, **kwargs)")
    assert audit_source(kept) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # The head.
        ("keras.saving.register_keras_serializable(", "keras.saving.load_model("),
        ("@keras.saving", "@eval\n@keras.saving"),
        ('package="model"', "package=open(1)"),
        ('package="model"', '"model"'),
        ('package="model"', 'package="model", name="Dense"'),
        ("(layers.Layer)", "(layers.TFSMLayer)"),
        ("(layers.Layer)", "(layers.Layer, metaclass=Block)"),
        ("(layers.Layer)", "(layers.Layer, keras.Model)"),
        ('    """Block."""\n', "    eval('1')\n"),
        ('    """Block."""\n', '    """Block."""\n    path = open("x")\n'),
        # Methods.
        ("def compute_output_spec", "def __del__"),
        ("def compute_output_spec", "def load_own_variables"),
        ("def compute_output_spec", "def call"),
        ("def build(", "def built("),
        ("    def call(", "    @eval\n    def call("),
        ("def call(self, x)", "def call(self, x: eval)"),
        ("def call(self, x)", "def call(self, *x)"),
        ("def call(self, x)", "def call(self, x, **kwargs)"),
        ("def call(self, x)", "def call(x)"),
        ("def call(self, x)", "def call(self, x=eval('1'))"),
        ("wide=False", "wide=eval('1')"),
        ("**kwargs):", "**other):"),
        # `__init__`.
        ("super().__init__(**kwargs)", "super().build(**kwargs)"),
        ("super().__init__(**kwargs)", "super(Block).__init__(**kwargs)"),
        ("super().__init__(**kwargs)", "super().__init__(filters, **kwargs)"),
        ("super().__init__(**kwargs)", "super().__init__(dtype=3, **kwargs)"),
        ("super().__init__(**kwargs)", "super().__init__(autocast=x, **kwargs)"),
        ("super().__init__(**kwargs)", "super().__init__()"),
        ("self.filters = filters", "self.filters = wide"),
        ("self.filters = filters", "self.filters = keras"),
        ("self.filters = filters", "self.call = filters"),
        ("self.filters = filters", "self._filters = filters"),
        ("self.filters = filters", "self.filters = self"),
        ("self.filters = filters", "keras.filters = filters"),
        ("self.filters = filters", "self.filters = open(filters)"),
        ("self.filters = filters", "open(filters)"),
        ("if wide:", "if open(wide):"),
        ("4 * filters, 1", "kwargs, 1"),
        ("4 * filters, 1", "self, 1"),
        # The rest.
        ("self.call(keras.KerasTensor", "self.conv(keras.KerasTensor"),
        ('KerasTensor(input_shape, "int32")', "KerasTensor(open(1))"),
        ('KerasTensor(input_shape, "int32")', "KerasTensor(input_shape, open(1))"),
        ('keras.KerasTensor(input_shape, "int32")', "input_shape"),
        ("return self.call(x)", "return self.call(open(x))"),
        ("return self.conv(x)", "return self.save(x)"),
        ("return self.conv(x)", "return self.filters(x)"),
        ("return self.conv(x)", "return self.conv.build(x)"),
        ("return self.conv(x)", "return self.__class__(x)"),
        ("return self.conv(x)", "return super().call(x)"),
        ("return self.conv(x)", "return layers.Lambda(self)(x)"),
        ("return self.conv(x)", "return open(x)"),
        ("x = self.side(x)", "self.conv = x"),
        ("x = self.side(x)", "x = self.conv"),
        ("super().get_config()", "super().weights()"),
        ('"wide": self.wide', '"wide": open(1)'),
        ('"wide": self.wide', '"wide": self.filters'),
        ('"wide": self.wide', '"conv": self.conv'),
        ("return Block(3", "super = eval\n    return Block(3"),
        ("def build_model(x)", "def super(x)"),
    ],
)
def test_any_other_class_is_refused(old: str, new: str):
    assert old in LAYER
    with pytest.raises(InternalError, match="Line"):
        audit_source(LAYER.replace(old, new, 1))
