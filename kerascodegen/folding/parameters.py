"""What differs between the uses of a body, in as few parameters as hold everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from kerascodegen.folding.choices import choice
from kerascodegen.folding.expressions import (
    Const,
    Expr,
    If,
    Items,
    Share,
    Var,
    as_linear,
    items_of,
    linear,
    total,
    variables,
)
from kerascodegen.folding.layer_names import Atoms, atoms, fill, find_pattern
from kerascodegen.folding.program import NAME
from kerascodegen.folding.records import CHANNELS, Cell, Generalised, Parameter
from kerascodegen.folding.relations import distinct, multiple, relation, share_of
from kerascodegen.folding.row_names import row_prefix

_TEXTS = frozenset({NAME, "suffix"})
# The count that a stage begins with.
BEGIN = "begin"
# What counts: the numbers in layer names, the bounds of loops.
_COUNTED = frozenset({"index", "row", "start", "stop"})
# The channels that a parameter is best called after.
_TELLING = ("filters", "units")


def generalise(
    rows: Sequence[Sequence[Cell]],
    columns: Sequence[str],
    make_variable: Callable[[], Var],
    *,
    flags: Sequence[tuple[Var, Sequence[bool]]] = (),
    loop: bool = False,
) -> Generalised:
    """Find the parameters of a body.

    Args:
        rows: The arguments of each use.
        columns: The argument that each position feeds.
        make_variable: Makes a variable for a parameter.
        flags: Parameters that are there already, with their value in each row.
        loop: Whether the rows are runs of a loop, which sees the variables around it.

    Returns:
        Parameters, and an expression for each position.
    """
    finder = _Finder(rows, columns, make_variable, loop)
    for variable, values in flags:
        cells = tuple(Const(value) for value in values)
        finder.found.parameters.append(Parameter(variable, "flag", cells))
    return finder.run()


class _Finder:
    def __init__(
        self,
        rows: Sequence[Sequence[Cell]],
        columns: Sequence[str],
        make_variable: Callable[[], Var],
        loop: bool,
    ) -> None:
        self._columns = columns
        self._cells = list(zip(*rows, strict=True))
        self._make_variable = make_variable
        self._loop = loop
        self._arguments: dict[int, Expr] = {}
        self.found = Generalised()

    def run(self) -> Generalised:
        rest = []
        names = []
        for index, cells in enumerate(self._cells):
            fixed = self._fixed(cells)
            # What an optional part is called, and the channels that it makes, follow
            # the others even if it is used only once.
            follows = None in cells and self._columns[index] in _TEXTS | CHANNELS
            if fixed is not None and not follows:
                self._arguments[index] = fixed
            elif self._columns[index] in _TEXTS:
                names.append(index)
            else:
                rest.append(index)
        if self._loop:
            self._names(names)
        for index in sorted(rest, key=self._size):
            self._arguments[index] = self._argument(
                self._columns[index], self._cells[index]
            )
        if not self._loop:
            self._names(names)
        self.found.arguments = [self._arguments[i] for i in range(len(self._columns))]
        self._sort()
        return self.found

    def _fixed(self, cells: Sequence[Cell]) -> Expr | None:
        """What all rows have, where the body may say it as it is."""
        known = [cell for cell in cells if cell is not None]
        if not known:
            return Const(None)
        if any(cell != known[0] for cell in known):
            return None
        free = not self._loop and any(variables(known[0]))
        return None if free else known[0]

    def _size(self, index: int) -> tuple[bool, bool, float]:
        """Channels first, the smallest in front: others are multiples of it.

        What an optional part needs comes last, since it fits more easily.
        """
        holes = None in self._cells[index]
        if self._columns[index] not in CHANNELS:
            return (holes, True, index)
        for cell in self._cells[index]:
            if isinstance(cell, Const) and isinstance(cell.value, int | float):
                return (holes, False, float(cell.value))
        return (holes, False, 0.0)

    def _argument(self, argument: str, cells: Sequence[Cell]) -> Expr:
        """Express a column by the parameters there are, else by a new one."""
        for parameter in self.found.parameters:
            known = self._by(parameter, argument, cells)
            if known is not None:
                return known
        fixed = self._fixed(cells)
        if fixed is not None:
            return fixed
        items = self._items(argument, cells)
        if items is None:
            items = self._by_flag(argument, cells) or self._by_begin(cells)
        return self._new(argument, cells) if items is None else items

    def _by_flag(self, argument: str, cells: Sequence[Cell]) -> Expr | None:
        """Channels that are one multiple where a flag is set, another where not."""
        flags = [p for p in self.found.parameters if p.argument == "flag"]
        channels = [p for p in self.found.parameters if p.argument in CHANNELS]
        if argument not in CHANNELS:
            return None
        for flag in flags:
            for known in channels:
                sides = []
                for side in (Const(True), Const(False)):
                    pairs = [
                        (base, cell)
                        for base, cell, on in zip(
                            known.cells, cells, flag.cells, strict=True
                        )
                        if cell is not None and on == side
                    ]
                    bases, wanted = [one for one, _ in pairs], [two for _, two in pairs]
                    sides.append(multiple(bases, wanted))
                on, off = sides
                if on is not None and off is not None:
                    variable = known.variable
                    return If(
                        flag.variable, linear(variable, on), linear(variable, off)
                    )
        return None

    def _by_begin(self, cells: Sequence[Cell]) -> Expr | None:
        """Shares that an inner loop counts on from where the run begins."""
        shares = [cell for cell in cells if isinstance(cell, Share)]
        if not self._loop or not shares or len(shares) != len(cells):
            return None
        first = as_linear(shares[0].of)
        if first is None or first[0] is None:
            return None
        counts = []
        for cell in shares:
            found = as_linear(cell.of)
            if found is None or found[:2] != first[:2] or found[1] != 1:
                return None
            if (cell.factor, cell.divisor) != (shares[0].factor, shares[0].divisor):
                return None
            counts.append(Const(found[2]))
        begin = self._new(BEGIN, counts)
        return Share(total(first[0], begin), shares[0].factor, shares[0].divisor)

    def _by(
        self, parameter: Parameter, argument: str, cells: Sequence[Cell]
    ) -> Expr | None:
        pairs = [
            (known, cell)
            for known, cell in zip(parameter.cells, cells, strict=True)
            if cell is not None
        ]
        base = [known for known, _ in pairs]
        wanted = [cell for _, cell in pairs]
        both = {parameter.argument, argument}
        if both <= CHANNELS and base == wanted and argument in _TELLING:
            parameter.argument = argument
        alike = parameter.argument == argument or both <= CHANNELS
        if base == wanted and (alike or (distinct(wanted) > 2 and not self._loop)):
            return parameter.variable
        found = relation(base, wanted) if both <= _COUNTED else None
        if found is not None and (found[0] == 1 or distinct(base) > 2):
            return linear(parameter.variable, *found)
        if parameter.argument in _COUNTED:
            return share_of(parameter.variable, base, wanted)
        if both <= CHANNELS and (factor := multiple(base, wanted)) is not None:
            return linear(parameter.variable, factor)
        return choice(parameter, base, wanted, argument)

    def _items(self, argument: str, cells: Sequence[Cell]) -> Expr | None:
        """Take lists of one length apart, where that needs no further parameter."""
        lists = [_list_items(cell) for cell in cells if cell is not None]
        if any(items is None for items in lists):
            return None
        known = [items for items in lists if items is not None]
        if len({len(items) for items in known}) != 1 or not known[0]:
            return None
        made: list[Expr] = []
        varying = 0
        for position in range(len(known[0])):
            column = [
                None if items is None else items[position]
                for items in (
                    None if cell is None else _list_items(cell) for cell in cells
                )
            ]
            fixed = self._fixed(column)
            if fixed is not None:
                made.append(fixed)
                continue
            varying += 1
            options = (self._by(p, argument, column) for p in self.found.parameters)
            expr = next((option for option in options if option is not None), None)
            if expr is None:
                if varying > 1 or argument not in CHANNELS:
                    return None
                expr = self._new(argument, column)
            made.append(expr)
        return items_of(tuple(made))

    def _new(self, argument: str, cells: Sequence[Cell]) -> Var:
        """Make a parameter; rows that do not need it get its default."""
        counts = Counter(cell for cell in cells if cell is not None)
        common = max(counts, key=lambda cell: counts[cell])
        unused: Expr = common
        if None in cells and counts[common] * 2 <= counts.total():
            # What only an optional part needs, a call without the part leaves out.
            unused = Const(None)
        filled = tuple(unused if cell is None else cell for cell in cells)
        variable = self._make_variable()
        made = Parameter(variable, argument, filled, unused if None in cells else None)
        self.found.parameters.append(made)
        return variable

    def _names(self, indices: Sequence[int]) -> None:
        """Express the layer names; those that cannot stand in an f-string singly."""
        texts: dict[int, list[Atoms]] = {}
        for index in indices:
            cells = self._cells[index]
            known = next(cell for cell in cells if cell is not None)
            taken = [atoms(known if cell is None else cell) for cell in cells]
            whole = [cell for cell in taken if cell is not None]
            if None not in cells and len(whole) == len(cells):
                texts[index] = whole
            elif len(whole) == len(cells):
                texts[index] = self._with_holes(cells)
            if len(texts.get(index, [])) != len(cells):
                texts.pop(index, None)
                self._arguments[index] = self._argument(NAME, cells)
        if not texts:
            return
        rows = list(zip(*texts.values(), strict=True))
        pattern = find_pattern(rows, numbers_first=self._loop, closed=not self._loop)
        made = [self._counted(what, cells) for what, cells in pattern.parameters]
        for index, parts in zip(texts, pattern.parts, strict=True):
            self._arguments[index] = fill(parts, made)

    def _counted(self, what: str, cells: tuple[Expr, ...]) -> Expr:
        """What stands in names: a number that is known already, or a new parameter."""
        if what in _COUNTED:
            for parameter in self.found.parameters:
                if parameter.argument not in _COUNTED:
                    continue
                found = relation(parameter.cells, cells)
                if found is not None and (found[0] == 1 or distinct(cells) > 2):
                    return linear(parameter.variable, *found)
        variable = self._make_variable()
        self.found.parameters.append(Parameter(variable, what, cells))
        return variable

    def _with_holes(self, cells: Sequence[Cell]) -> list[Atoms]:
        """Names of an optional part: what a row without it would have called it.

        Told by the rows that have it: the same behind the part that all of a row's
        names have in common.
        """
        complete = [
            [self._cells[i][r] for i in range(len(self._columns))]
            for r in range(len(cells))
        ]
        prefixes = [row_prefix(row, self._columns) for row in complete]
        suffix: Atoms | None = None
        for cell, prefix in zip(cells, prefixes, strict=True):
            if cell is None:
                continue
            name = atoms(cell)
            if name is None or prefix is None or name[: len(prefix)] != prefix:
                return []
            rest = name[len(prefix) :]
            if suffix is not None and rest != suffix:
                return []
            suffix = rest
        if suffix is None or any(prefix is None for prefix in prefixes):
            return []
        return [prefix + suffix for prefix in prefixes if prefix is not None]

    def _sort(self) -> None:
        """Put parameters in the order in which the body first needs them."""
        order: dict[Var, int] = {}
        for expr in self.found.arguments:
            for variable in variables(expr):
                order.setdefault(variable, len(order))
        last = len(order)
        self.found.parameters.sort(key=lambda p: order.get(p.variable, last))


def _list_items(cell: Expr) -> tuple[Expr, ...] | None:
    if isinstance(cell, Items):
        return cell.items
    if isinstance(cell, Const) and isinstance(cell.value, list):
        return tuple(Const(item) for item in cell.value)
    return None
