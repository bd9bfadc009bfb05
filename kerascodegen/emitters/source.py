"""The module being written, as data: all that templates see."""

from __future__ import annotations

from dataclasses import dataclass, field

from kerascodegen.emitters.layout import lay_out
from kerascodegen.graph.model import FileKind
from kerascodegen.literals import string
from kerascodegen.passes.naming import Namespace
from kerascodegen.sidecars import constants_name

# Modules that people import by name from keras; all else is written from `keras` down.
SHORT_MODULES = {"keras.layers": "layers", "keras.ops": "ops"}
NUMPY = "numpy"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a function body.

    Attributes:
        expression: Python source: an expression, or with no target any statement.
        target: What it is assigned to.
        comment: Trailing comment, without the `#`.
        above: Comment on a line of its own before it, without the `#`.
    """

    expression: str
    target: str = ""
    comment: str = ""
    above: str = ""

    def text(self, width: int, indent: str = "    ") -> str:
        """The statement as source, as black would break it.

        Args:
            width: Columns.
            indent: What the statement is indented by; its first line is not.

        Returns:
            The statement; its comment behind it where both fit on a line, else above.
        """
        text = f"{self.target} = {self.expression}" if self.target else self.expression
        above = [self.above] if self.above else []
        if self.comment:
            if len(f"{indent}{text}  # {self.comment}") <= width and "\n" not in text:
                text = f"{text}  # {self.comment}"
            else:
                # Black would break the line for the sake of a comment behind it.
                above.append(self.comment)
        if "\n" not in text and "  # " not in text:
            text = lay_out(text, width, indent)
        return f"\n{indent}".join([*(f"# {line}" for line in above), text])


@dataclass(frozen=True, slots=True)
class Function:
    """A module-level function without templates' business inside.

    Attributes:
        name: Its name.
        parameters: Source of the parameter list.
        returns: Source of the return annotation.
        docstring: One sentence.
        statements: The body in order, ending with a return statement.
    """

    name: str
    parameters: str
    returns: str
    docstring: str
    statements: tuple[Statement, ...]


def constant_loader(name: str, stem: str) -> Function:
    """Write the function that loads an array from the file beside the source.

    Args:
        name: Its name.
        stem: What the file's name begins with.

    Returns:
        The function; the audit knows its exact form.
    """
    file = string(constants_name(stem))
    return Function(
        name,
        "name: str",
        "np.ndarray",
        "Load an array from the file beside this module.",
        (
            Statement(f"Path(__file__).with_name({file})", "path"),
            Statement("return np.load(path, allow_pickle=False)[name]"),
        ),
    )


def vocabulary_loader(name: str) -> Function:
    """Write the function that reads a vocabulary from a file beside the source.

    Args:
        name: Its name.

    Returns:
        The function; the audit knows its exact form.
    """
    return Function(
        name,
        "name: str",
        "list[str]",
        "Read a vocabulary, a word a line, from a file beside this module.",
        (
            Statement("Path(__file__).with_name(name)", "path"),
            Statement('return path.read_text(encoding="utf-8").split("\\n")'),
        ),
    )


@dataclass(frozen=True, slots=True)
class Stub:
    """A stand-in for code that a model file does not hold.

    Attributes:
        name: The name it is written under.
        kind: `"class"` or `"function"`.
        base: Source of the base class, or `""`.
        lines: What it stands for, a docstring line each.
        statement: Raises when the stand-in is used.
    """

    name: str
    kind: str
    base: str
    lines: tuple[str, ...]
    statement: Statement


@dataclass(frozen=True, slots=True)
class SourceModule:
    """A whole module, ready for a template.

    Attributes:
        docstring: Lines of the module's docstring.
        imports: Import statements in order.
        stubs: Stand-ins for custom code.
        functions: In the order that they are written.
        main: Lines that run where the module is run as a program.
        width: Columns to lay statements out for.
    """

    docstring: tuple[str, ...]
    imports: tuple[str, ...]
    stubs: tuple[Stub, ...]
    functions: tuple[Function, ...]
    main: tuple[str, ...]
    width: int


@dataclass(slots=True)
class ModuleScope:
    """Imports and names at module level, collected before any text is written.

    Registering something returns the name to write. Invariants: what is registered
    twice gets one name; different things get different names.

    Attributes:
        names: The module's namespace.
        sidecars: What the names of files beside the source begin with.
    """

    names: Namespace = field(default_factory=Namespace)
    sidecars: str = ""
    _loaders: dict[FileKind, Function] = field(default_factory=dict)
    _short: set[str] = field(default_factory=set)
    _numpy: bool = False
    _from: dict[tuple[str, str], str] = field(default_factory=dict)
    _stubs: dict[tuple[str, str], Stub] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the names of the modules that every source imports."""
        self.names.reserve(["keras", "np", "Path", *SHORT_MODULES.values()])

    def use(self, path: str) -> str:
        """Register a class or function of Keras.

        Args:
            path: Where it is imported from, from the catalog: `"keras.layers.Dense"`.

        Returns:
            The name to write: `"layers.Dense"`.
        """
        module, _, name = path.rpartition(".")
        if module in SHORT_MODULES:
            self._short.add(SHORT_MODULES[module])
            return f"{SHORT_MODULES[module]}.{name}"
        for long, short in SHORT_MODULES.items():
            if module.startswith(f"{long}."):
                self._short.add(short)
                return f"{short}{path[len(long) :]}"
        if module == NUMPY:
            self._numpy = True
            return f"np.{name}"
        if not module.startswith("keras.src."):
            return path
        key = (module, name)
        if key not in self._from:
            self._from[key] = self.names.claim(name)
        return self._from[key]

    def stub(self, identity: tuple[str, str], make: StubMaker) -> str:
        """Register a stand-in for custom code.

        Args:
            identity: What tells it from others: its kind and its full name.
            make: Makes it under the name that it is given.

        Returns:
            The name to write.
        """
        if identity not in self._stubs:
            self._stubs[identity] = make(self.names)
            if make.base:
                self._short.add("layers")
        return self._stubs[identity].name

    def loader(self, kind: FileKind) -> str:
        """Register the function that loads a file beside the source.

        Args:
            kind: What is loaded.

        Returns:
            The name to write.
        """
        kind = FileKind.ARRAY if kind is FileKind.LIST else kind
        if kind not in self._loaders:
            if kind is FileKind.ARRAY:
                self._numpy = True
                name = self.names.claim("load_constant")
                self._loaders[kind] = constant_loader(name, self.sidecars)
            else:
                name = self.names.claim("load_vocabulary")
                self._loaders[kind] = vocabulary_loader(name)
        return self._loaders[kind].name

    def loaders(self) -> tuple[Function, ...]:
        """The functions that load files, in the order of their first use."""
        return tuple(self._loaders.values())

    def stubs(self) -> tuple[Stub, ...]:
        """All stand-ins, in the order of their first use."""
        return tuple(self._stubs.values())

    def imports(self) -> tuple[str, ...]:
        """All import statements, sorted as isort would."""
        lines = ["from pathlib import Path", ""] if self._loaders else []
        lines.append("import keras")
        if self._numpy:
            lines.append("import numpy as np")
        if self._short:
            lines.append(f"from keras import {', '.join(sorted(self._short))}")
        by_module: dict[str, list[str]] = {}
        for (module, name), written in self._from.items():
            text = name if written == name else f"{name} as {written}"
            by_module.setdefault(module, []).append(text)
        lines.extend(
            f"from {module} import {', '.join(sorted(names))}"
            for module, names in sorted(by_module.items())
        )
        return tuple(lines)


@dataclass(frozen=True, slots=True)
class StubMaker:
    """Makes a stand-in once its name is known.

    Attributes:
        wanted: The name that it should have.
        kind: `"class"` or `"function"`.
        base: Source of the base class, or `""`.
        lines: What it stands for, a docstring line each.
        origin: The full name of what it stands for, harmless to print.
    """

    wanted: str
    kind: str
    base: str
    lines: tuple[str, ...]
    origin: str

    def __call__(self, names: Namespace) -> Stub:
        """Claim the name and make the stand-in."""
        name = names.claim(self.wanted)
        message = f"{name} stands in for {self.origin}: put the real one in its place."
        statement = Statement(f'raise NotImplementedError("{message}")')
        return Stub(name, self.kind, self.base, self.lines, statement)
