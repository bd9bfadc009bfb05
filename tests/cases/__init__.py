"""The reference models. A case is a file here: adding one is all there is to do.

A case file has a docstring that says what it shows and `build() -> keras.Model`, or
`build_models()` for several models over shared layers: a tuple, or a dict by name. It
may set these constants:

- `OPTIONS`: options for `kerascodegen.generate`, such as `{"names": "auto"}`;
- `STUB`: what the source must leave to its user, as it appears in the message of the
  `NotImplementedError` that `build_model` raises;
- `LEARNT`: layers have learnt what no config holds, so JSON gives less than the model;
- `SHARES`: layers are shared across nested models, which JSON does not record;
- `MOVED`: layers stand elsewhere than in the original, so that its file does not load;
- `LIVE`: the forward pass is code, so there is a source of the live model only;
- `CODE`: the live model has that code, so only the source from a file is a stub. That
  one's golden is `NAME_from_file.py`;
- `SLOW`: building, saving or running it takes more than a second or two.
"""

import functools
import importlib
import pkgutil
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import keras


@dataclass(frozen=True)
class Case:
    """One reference model."""

    name: str
    module: ModuleType
    options: dict[str, Any]
    stub: str
    learnt: bool
    shares: bool
    code: bool
    slow: bool
    moved: bool

    @property
    def style(self) -> str:
        """The folder of its golden."""
        return str(self.options.get("style", "functional"))

    @property
    def several(self) -> bool:
        """Whether the case is of several models."""
        return hasattr(self.module, "build_models")

    live: bool = False

    def build(self) -> keras.Model:
        """Build the model with auto-names that start from the beginning.

        A case then gives the same names whatever was built before it.
        """
        keras.backend.clear_session(free_memory=False)
        return self.module.build()

    def build_models(self) -> tuple[keras.Model, ...] | dict[str, keras.Model]:
        """Build several models in the same way."""
        keras.backend.clear_session(free_memory=False)
        return self.module.build_models()

    def __str__(self) -> str:
        return self.name


@functools.cache
def all_cases() -> list[Case]:
    """Import every case of one model in this folder, in order of name."""
    return [case for case in _load_all() if not case.several]


def several_cases() -> list[Case]:
    """Import every case of several models, in order of name."""
    return [case for case in _load_all() if case.several]


@functools.cache
def _load_all() -> list[Case]:
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return [_load(name) for name in names]


def _load(name: str) -> Case:
    module = importlib.import_module(f"{__name__}.{name}")
    return Case(
        name=name,
        module=module,
        options=getattr(module, "OPTIONS", {}),
        stub=getattr(module, "STUB", ""),
        learnt=getattr(module, "LEARNT", False),
        shares=getattr(module, "SHARES", False),
        code=getattr(module, "CODE", False),
        slow=getattr(module, "SLOW", False),
        moved=getattr(module, "MOVED", False),
        live=getattr(module, "LIVE", False),
    )
