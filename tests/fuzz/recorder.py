"""Run generated source with a recorder in the place of keras and numpy.

What the source imports, names, calls and passes is noted, and nothing of it happens.
"""

from __future__ import annotations

import ast
import builtins
import sys
import types
from collections.abc import Iterator
from typing import Any

# A loop of generated source that goes on for longer hangs whoever runs it.
MAX_LOOP = 200_000


class EscapedError(Exception):
    """Source did what no generated module may do."""


class Recording:
    """What one module did.

    Attributes:
        calls: Path of everything of keras and numpy that was called.
        imports: Modules imported, with what was taken from each.
        arguments: Keyword arguments of all calls: path, name and value.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.imports: list[str] = []
        self.arguments: list[tuple[str, str, Any]] = []
        self.uids = 0


class Fake:
    """Something of keras, or what came of it; everything works on it."""

    def __init__(self, recording: Recording, path: str) -> None:
        object.__setattr__(self, "_recording", recording)
        object.__setattr__(self, "_path", path)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise EscapedError(f"takes {self._path}.{name}")
        if f"{self._path}.{name}" == "keras.layers.Layer":
            return FakeLayer
        return Fake(self._recording, f"{self._path}.{name}")

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        recording, path = self._recording, self._path
        recording.calls.append(path)
        recording.arguments.extend((path, *item) for item in kwargs.items())
        recording.arguments.extend((path, "", value) for value in args)
        if path == "keras.backend.get_uid":
            recording.uids += 1
            if recording.uids > MAX_LOOP:
                raise EscapedError("counts names for ever")
            return recording.uids
        return Fake(recording, f"{path}()")

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "trainable":
            raise EscapedError(f"sets {self._path}.{name}")

    def __iter__(self) -> Iterator[Any]:
        count = _wanted_items(sys._getframe(1))
        return iter([Fake(self._recording, f"{self._path}[]") for _ in range(count)])

    def __getitem__(self, key: Any) -> Any:
        return Fake(self._recording, f"{self._path}[]")

    def __hash__(self) -> int:
        return id(self)

    def _combined(self, *others: Any) -> Any:
        return Fake(self._recording, f"{self._path}+")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _combined
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _combined
    __mod__ = __rmod__ = __pow__ = __rpow__ = __matmul__ = __rmatmul__ = _combined
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _combined
    __neg__ = __pos__ = __invert__ = __abs__ = _combined
    __lt__ = __le__ = __gt__ = __ge__ = _combined
    __eq__ = __ne__ = _combined  # type: ignore[assignment]


class FakeLayer:
    """The base class of stand-ins."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass


def _wanted_items(frame: types.FrameType) -> int:
    """How many names an unpacking assignment has, from its instruction."""
    import dis

    code = frame.f_code.co_code
    if dis.opname[code[frame.f_lasti]] == "UNPACK_SEQUENCE":
        return code[frame.f_lasti + 1]
    # A loop over `model.layers`.
    return 2


def run(source: str) -> Recording:
    """Execute a generated module, with `build_model` and `compile_model`.

    Stand-ins are replaced, so that what stands behind them is run as well.

    Args:
        source: The module.

    Returns:
        What it did.

    Raises:
        EscapedError: It did something that could not be recorded.
    """
    recording = Recording()

    def fake_import(
        name: str,
        globals_: Any = None,
        locals_: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        if level or name.partition(".")[0] not in {"keras", "numpy"}:
            raise EscapedError(f"imports {name}")
        for taken in fromlist or [""]:
            recording.imports.append(f"{name}.{taken}".removesuffix("."))
        return Fake(recording, name if fromlist else name.partition(".")[0])

    def fake_float(text: str) -> float:
        if text not in {"nan", "inf", "-inf"}:
            raise EscapedError(f"calls float({text!r})")
        return float(text)

    allowed = {
        "__import__": fake_import,
        "__build_class__": builtins.__build_class__,
        "float": fake_float,
        "slice": slice,
        "NotImplementedError": NotImplementedError,
    }
    module = {"__builtins__": allowed, "__name__": "model_def"}
    tree = ast.parse(source)
    try:
        exec(compile(tree, "<generated>", "exec"), module)
        for name in stand_ins(tree):
            module[name] = Fake(recording, f"<{name}>")
        model = module["build_model"]()  # type: ignore[operator]
        if "compile_model" in module:
            module["compile_model"](model)  # type: ignore[operator]
    except (NameError, NotImplementedError) as error:
        raise EscapedError(f"{type(error).__name__}: {error}") from error
    return recording


def stand_ins(tree: ast.Module) -> list[str]:
    """Names of the module's stand-ins: what does nothing but raise."""
    names = []
    for node in tree.body:
        inner: ast.stmt = node
        if isinstance(node, ast.ClassDef) and len(node.body) == 2:
            inner = node.body[1]
        if not isinstance(inner, ast.FunctionDef) or len(inner.body) > 2:
            continue
        raises = isinstance(inner.body[-1], ast.Raise)
        if raises and isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.append(node.name)
    return names
