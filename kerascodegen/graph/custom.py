"""Where the code of a custom class, function or lambda comes from, as plain data.

A file names custom code but does not hold it. A live model has it: read live, each
custom class, function and lambda of a graph carries one of the records below, and
nothing of the live object itself. `passes/custom.py` decides what is done with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True, order=True)
class ImportLine:
    """One name that an import statement binds.

    Attributes:
        module: The module named; always absolute.
        name: What is imported from it, or `""` for `import module`.
        alias: The name behind `as`, or `""`.
    """

    module: str
    name: str = ""
    alias: str = ""

    @property
    def bound(self) -> str:
        """The name that the module has it under."""
        return self.alias or self.name or self.module.partition(".")[0]

    @property
    def text(self) -> str:
        """The statement."""
        alias = f" as {self.alias}" if self.alias else ""
        if self.name:
            return f"from {self.module} import {self.name}{alias}"
        return f"import {self.module}{alias}"


@dataclass(frozen=True, slots=True)
class Definition:
    """A statement of the user's own module, which binds or changes module-level names.

    Attributes:
        origin: The module that it stands in; its name may be an artificial one.
        place: Where it stands there, which orders definitions of one module.
        names: The names that it binds.
        source: The statement.
        imports: What it needs imported.
    """

    origin: str
    place: tuple[int, int]
    names: tuple[str, ...]
    source: str
    imports: tuple[ImportLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Constructor:
    """What is known of the constructor of a custom class.

    Attributes:
        parameters: Names in order, without `self`.
        defaults: Plain defaults of those that have one, in the form of JSON.
        required: Parameters that have no default, plain or not.
        any_keyword: Whether it also takes keywords that are not listed.
        base: Path of the nearest base class that is Keras' own.
        own_from_config: Whether the class has a `from_config` of its own.
    """

    parameters: tuple[str, ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    any_keyword: bool = True
    base: str | None = None
    own_from_config: bool = False


@dataclass(frozen=True, slots=True)
class ImportedCode:
    """Code that is imported from where it stands.

    Attributes:
        module: The module.
        name: The attribute there; dotted for a class inside a class.
        constructor: What the constructor takes, for a live class.
        local: Top-level packages among those imported that are no installed ones but
            stand where the user works; they are sorted behind the others.
    """

    module: str
    name: str
    constructor: Constructor | None = field(default=None, compare=False)
    local: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class InlinedCode:
    """Code that is copied into the generated module.

    Attributes:
        name: The name that the definitions bind it to.
        definitions: It and all it needs, in the order that they are written.
        constructor: What the constructor takes, for a class.
        local: As in `ImportedCode`.
    """

    name: str
    definitions: tuple[Definition, ...]
    constructor: Constructor | None = field(default=None, compare=False)
    local: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class InlinedLambda:
    """A lambda, written where it is used.

    Attributes:
        source: The expression, on one line.
        definitions: What it needs of the user's module.
        imports: What it needs imported.
        local: As in `ImportedCode`.
    """

    source: str
    definitions: tuple[Definition, ...]
    imports: tuple[ImportLine, ...]
    local: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class MissingCode:
    """Code that can be neither imported nor copied.

    Attributes:
        reason: Why, as the rest of a sentence that begins with its name.
        number: Tells things of one name apart.
    """

    reason: str
    number: int = 0


CustomCode: TypeAlias = ImportedCode | InlinedCode | InlinedLambda | MissingCode
# Under this key a live reader leaves a record beside a serialised object. What JSON
# can hold is never such a record, so no file can have one.
CODE_KEY = "kerascodegen_code"


def code_of(data: Mapping[str, Any]) -> CustomCode | None:
    """Take the record that a live reader left beside a serialised object.

    Args:
        data: A serialised object.

    Returns:
        The record, or `None`.
    """
    code = data.get(CODE_KEY)
    if isinstance(code, ImportedCode | InlinedCode | InlinedLambda | MissingCode):
        return code
    return None
