"""The names that custom code binds at module level, over a whole generated module."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kerascodegen.graph.custom import (
    CustomCode,
    Definition,
    ImportLine,
    InlinedCode,
    InlinedLambda,
    MissingCode,
)

# What a generated module defines and its functions bind.
_OURS = frozenset({"build_model", "build_models", "compile_model", "model", "layer"})
# Names that mean the same in copied code as in the generated module.
_SHARED: Mapping[str, object] = {
    "keras": ("keras", ""),
    "layers": ("keras", "layers"),
    "ops": ("keras", "ops"),
    "np": ("numpy", ""),
}


@dataclass(slots=True)
class CustomNames:
    """The module-level names that custom code binds, over a whole module.

    Attributes:
        owners: What each name stands for.
        matched: Entries of the options that something in the model matched.
        told: What the user was told of, so that it is said once.
    """

    owners: dict[str, object] = field(default_factory=dict)
    matched: set[str] = field(default_factory=set)
    told: set[CustomCode] = field(default_factory=set)

    def admit(self, code: CustomCode) -> CustomCode:
        """Claim the names that code binds.

        Args:
            code: Where an object's code comes from.

        Returns:
            The same, or why it cannot be copied into this module.
        """
        if not isinstance(code, InlinedCode | InlinedLambda):
            return code
        wanted = dict(_names_bound(code))
        for name, owner in wanted.items():
            if name in _OURS:
                return MissingCode(
                    f"needs the name {name}, which the generated module has"
                )
            if name == "keras" and owner != _SHARED[name]:
                return MissingCode("has another meaning of the name keras")
            if self.owners.get(name, owner) != owner:
                return MissingCode(
                    f"needs the name {name}, which other code of the model has"
                )
        self.owners.update(wanted)
        return code


def _names_bound(
    code: InlinedCode | InlinedLambda,
) -> Iterable[tuple[str, object]]:
    for definition in code.definitions:
        for name in definition.names:
            yield name, (definition.origin, definition.place, name)
    for line in imports_of(code):
        if line.module != "__future__":
            yield line.bound, _import_owner(line)


def _import_owner(line: ImportLine) -> object:
    if not line.name and not line.alias:
        # `import a.b` binds `a`.
        return line.module.partition(".")[0], ""
    return line.module, line.name


def imports_of(code: InlinedCode | InlinedLambda) -> list[ImportLine]:
    """List what copied code needs imported.

    Args:
        code: The code.

    Returns:
        Import lines, each once.
    """
    lines = [line for item in code.definitions for line in item.imports]
    if isinstance(code, InlinedLambda):
        lines += code.imports
    return list(dict.fromkeys(lines))


def definitions_of(codes: Iterable[CustomCode]) -> list[Definition]:
    """Collect the definitions of all copied code.

    Args:
        codes: The code of a module.

    Returns:
        Each definition once: modules by first use, each in its own order.
    """
    found: dict[tuple[str, tuple[int, int]], Definition] = {}
    for code in codes:
        if isinstance(code, InlinedCode | InlinedLambda):
            for item in code.definitions:
                found[item.origin, item.place] = item
    origins = list(dict.fromkeys(origin for origin, _ in found))
    order = sorted(found, key=lambda key: (origins.index(key[0]), key[1]))
    return [found[key] for key in order]
