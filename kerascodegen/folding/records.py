"""Parameters of a body while they are being found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from kerascodegen.folding.expressions import Const, Expr, Var
from kerascodegen.folding.program import NAME, Column

NAMING = frozenset({NAME, "index", "suffix"})
# What a row has for an argument of a part that it does not run: anything will do.
Cell = Expr | None
# Arguments that count channels: one may well be a multiple of another.
CHANNELS = frozenset(
    {
        "filters",
        "input_dim",
        "key_dim",
        "newshape",
        "output_dim",
        "target_shape",
        "units",
        "value_dim",
    }
)


@dataclass(slots=True)
class Parameter:
    """A parameter being found.

    Attributes:
        variable: What stands for it in the body.
        argument: What it is called, or the argument that it feeds.
        cells: Its value in each row.
        unused: The value in rows that do not need it, where there are any.
    """

    variable: Var
    argument: str
    cells: tuple[Expr, ...]
    unused: Expr | None = None

    @property
    def names(self) -> bool:
        """Whether it is there for layer names only."""
        return self.argument in NAMING

    def column(self) -> Column:
        """The parameter as a column of calls, its most common value the default."""
        if self.names:
            return Column(self.argument)
        if isinstance(self.unused, Const):
            return Column(self.argument, self.unused)
        counts = Counter(cell for cell in self.cells if isinstance(cell, Const))
        common = max(counts, key=lambda cell: counts[cell], default=None)
        if common is None or counts[common] * 2 <= len(self.cells):
            return Column(self.argument)
        return Column(self.argument, common)


@dataclass(slots=True)
class Generalised:
    """Rows of arguments, told by parameters.

    Attributes:
        parameters: In the order that they are first needed.
        arguments: For each column the expression that gives every row's value.
    """

    parameters: list[Parameter] = field(default_factory=list)
    arguments: list[Expr] = field(default_factory=list)

    def names(self) -> list[str]:
        """What each parameter feeds."""
        return [parameter.argument for parameter in self.parameters]
