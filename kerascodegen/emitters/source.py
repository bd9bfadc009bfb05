"""The module being written, as data: all that templates see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kerascodegen.emitters.custom import CustomSource, blocks, import_statements
from kerascodegen.emitters.layout import lay_out
from kerascodegen.errors import UnsupportedModelError
from kerascodegen.graph.custom import (
    CustomCode,
    ImportedCode,
    ImportLine,
    InlinedCode,
    InlinedLambda,
)
from kerascodegen.graph.model import FileKind
from kerascodegen.literals import string
from kerascodegen.passes.custom_names import definitions_of, imports_of
from kerascodegen.passes.naming import Namespace
from kerascodegen.sidecars import constants_name

# Modules that people import by name from keras; all else is written from `keras` down.
SHORT_MODULES = {"keras.layers": "layers", "keras.ops": "ops"}
NUMPY = "numpy"
_NUMPY = ImportLine(NUMPY, alias="np")
_PATH = ImportLine("pathlib", "Path")
_OWN_LINES = frozenset(
    {
        ImportLine("keras"),
        ImportLine(NUMPY, alias="np"),
        *(ImportLine("keras", short) for short in SHORT_MODULES.values()),
    }
)


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


@dataclass(frozen=True, slots=True)
class LayerClass:
    """A layer of the module's own: a block that is written as a class.

    Attributes:
        name: Its name.
        decorator: Source of the decorator, without the `@`.
        base: Source of the base class.
        docstring: One sentence.
        methods: In the order that they are written.
    """

    name: str
    decorator: str
    base: str
    docstring: str
    methods: tuple[Function, ...]


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
        imports: Import statements in order, empty lines between groups.
        stubs: Stand-ins for custom code.
        functions: In the order that they are written.
        main: Lines that run where the module is run as a program.
        width: Columns to lay statements out for.
        custom: Custom code that is copied or imported; its definitions come before
            the stubs.
        classes: Layers of the module's own; they come before the functions.
    """

    docstring: tuple[str, ...]
    imports: tuple[str, ...]
    stubs: tuple[Stub, ...]
    functions: tuple[Function, ...]
    main: tuple[str, ...]
    width: int
    custom: CustomSource = field(default_factory=CustomSource)
    classes: tuple[LayerClass, ...] = ()


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
    _from: dict[tuple[str, str], str] = field(default_factory=dict)
    # What copied code means by a name that our own imports would have, and more.
    _taken: dict[str, ImportLine | None] = field(default_factory=dict)
    _copied: tuple[str, ...] = ()
    _lines: set[ImportLine] = field(default_factory=set)
    _custom_lines: set[ImportLine] = field(default_factory=set)
    _lambdas: dict[str, None] = field(default_factory=dict)
    _custom_names: dict[str, None] = field(default_factory=dict)
    _local: set[str] = field(default_factory=set)
    _stubs: dict[tuple[str, str], Stub] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Keep the names of the modules that every source imports."""
        self.names.reserve(["keras", "np", NUMPY, "Path", *SHORT_MODULES.values()])

    def use(self, path: str) -> str:
        """Register a class or function of Keras.

        Args:
            path: Where it is imported from, from the catalog: `"keras.layers.Dense"`.

        Returns:
            The name to write: `"layers.Dense"`.
        """
        module, _, name = path.rpartition(".")
        for long, short in SHORT_MODULES.items():
            if module == long or module.startswith(f"{long}."):
                if not self._means(short, ImportLine("keras", short)):
                    return path
                self._short.add(short)
                return f"{short}{path[len(long) :]}"
        if module == NUMPY:
            own = _NUMPY if self._means("np", _NUMPY) else ImportLine(NUMPY)
            self._lines.add(own)
            return f"{own.bound}.{name}"
        if not module.startswith("keras.src."):
            return path
        return self._import(module, name)

    def _means(self, name: str, line: ImportLine) -> bool:
        """Whether a name is free for an import, or copied code imports the same."""
        return self._taken.get(name, line) == line

    def _import(self, module: str, name: str) -> str:
        key = (module, name)
        if key not in self._from:
            self._from[key] = self.names.claim(name)
        return self._from[key]

    def copy(self, codes: Iterable[CustomCode]) -> None:
        """Register all custom code that is copied, before anything else is named.

        Args:
            codes: The code of the module; what is not copied is passed over.
        """
        copied = [c for c in codes if isinstance(c, InlinedCode | InlinedLambda)]
        definitions = definitions_of(copied)
        self._copied = blocks(item.source for item in definitions)
        for item in definitions:
            self._taken.update(dict.fromkeys(item.names))
        for code in copied:
            self._local |= code.local
            for line in imports_of(code):
                self._custom_lines.add(line)
                if line.module == "__future__":
                    continue
                self._taken[line.bound] = line
                if line.name and not line.alias:
                    self._from[line.module, line.name] = line.name
        self.names.reserve(self._taken)

    def custom(self, code: ImportedCode | InlinedCode) -> str:
        """Register a custom class or function that is imported or copied.

        Args:
            code: Where its code comes from.

        Returns:
            The name to write.
        """
        written = code.name
        if isinstance(code, ImportedCode):
            self._local |= code.local
            first, dot, rest = code.name.partition(".")
            bound = self._import(code.module, first)
            alias = "" if bound == first else bound
            self._custom_lines.add(ImportLine(code.module, first, alias))
            written = f"{bound}{dot}{rest}"
        self._custom_names[written] = None
        return written

    def custom_lambda(self, code: InlinedLambda) -> str:
        """Register a lambda that is written where it is used.

        Args:
            code: The lambda.

        Returns:
            The expression.
        """
        self._lambdas[code.source] = None
        return code.source

    def custom_source(self) -> CustomSource:
        """All custom code of the module."""
        return CustomSource(
            self._copied,
            tuple(self._lambdas),
            tuple(sorted(self._custom_lines)),
            tuple(self._custom_names),
            tuple(name for name, line in self._taken.items() if line not in _OWN_LINES),
        )

    def stub(self, identity: tuple[str, str], make: StubMaker) -> str:
        """Register a stand-in for custom code.

        Args:
            identity: What tells it from others: its kind and its full name.
            make: Makes it under the name that it is given.

        Returns:
            The name to write.
        """
        if identity not in self._stubs:
            base = self.use("keras.layers.Layer") if make.base else ""
            self._stubs[identity] = replace(make, base=base)(self.names)
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
            needed = [_PATH, _NUMPY] if kind is FileKind.ARRAY else [_PATH]
            if not all(self._means(line.bound, line) for line in needed):
                raise UnsupportedModelError(
                    "The custom code of the model has another meaning for np or Path, "
                    "which loading files from beside the source needs. Write to "
                    "standard output instead of -o, so that all stands in the source."
                )
            self._lines.update(needed)
            if kind is FileKind.ARRAY:
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
        lines = {ImportLine("keras"), *self._lines, *self._custom_lines}
        lines |= {ImportLine("keras", short) for short in self._short}
        for (module, name), written in self._from.items():
            lines.add(ImportLine(module, name, "" if written == name else written))
        return import_statements(lines, self._local)


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
