"""The reference models. A case is a file here: adding one is all there is to do.

A case file has a docstring that says what it shows and `build() -> keras.Model`. It
may set these constants:

- `OPTIONS`: options for `kerascodegen.generate`, such as `{"names": "auto"}`;
- `STUB`: what the source must leave to its user, as it appears in the message of the
  `NotImplementedError` that `build_model` raises;
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
    code: bool
    slow: bool

    def build(self) -> keras.Model:
        """Build the model with auto-names that start from the beginning.

        A case then gives the same names whatever was built before it.
        """
        keras.backend.clear_session(free_memory=False)
        return self.module.build()

    def __str__(self) -> str:
        return self.name


@functools.cache
def all_cases() -> list[Case]:
    """Import every case of this folder, in order of name."""
    names = sorted(info.name for info in pkgutil.iter_modules(__path__))
    return [_load(name) for name in names]


def _load(name: str) -> Case:
    module = importlib.import_module(f"{__name__}.{name}")
    return Case(
        name=name,
        module=module,
        options=getattr(module, "OPTIONS", {}),
        stub=getattr(module, "STUB", ""),
        code=getattr(module, "CODE", False),
        slow=getattr(module, "SLOW", False),
    )
