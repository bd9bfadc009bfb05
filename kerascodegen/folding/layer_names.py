"""Layer names in a body that is used more than once.

The names of one use are a row. What tells the rows apart becomes a parameter: a common
part (`conv2_block1` of `conv2_block1_1_conv` and `conv2_block1_1_bn`) or numbers
(`conv_dw_3`, `conv_dw_3_bn`). Names are compared character by character, where an
expression counts as one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from kerascodegen.folding.expressions import (
    FIRST_LETTER,
    Const,
    Expr,
    Letter,
    Linear,
    Text,
    Var,
    is_plain,
    letter,
    linear,
    text,
    variables,
)
from kerascodegen.folding.relations import distinct, relation

Atoms = tuple["str | Expr", ...]
_BREAKS = "_-/. "
# Names are taken apart again and again while ways to fold are tried.
_CACHED = 2**16
# Two rows of two numbers always follow from each other.
_TELLING = 3
_LETTERS = re.compile("[a-z]")
# What stands for a number in a name.
_COUNTS = (Var, Linear)


@dataclass(frozen=True, slots=True)
class Pattern:
    """How names follow from parameters.

    Attributes:
        parameters: The cells of each parameter, row by row, under what it is called.
        parts: For each name its parts: literals, and positions of parameters with the
            factor and the offset to apply to a number.
    """

    parameters: tuple[tuple[str, tuple[Expr, ...]], ...]
    parts: tuple[tuple[str | Expr | Slot, ...], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a parameter stands in a name."""

    parameter: int
    factor: int = 1
    offset: int = 0
    letter: bool = False


@lru_cache(_CACHED)
def atoms(expr: Expr) -> Atoms | None:
    """Take a name apart; `None` where it cannot stand in an f-string."""
    if isinstance(expr, Const):
        plain = isinstance(expr.value, str) and is_plain(expr.value)
        return tuple(str(expr.value)) if plain else None
    if not isinstance(expr, Text):
        return (expr,)
    result: list[str | Expr] = []
    for part in expr.parts:
        result.extend(part if isinstance(part, str) else (part,))
    return tuple(result)


def fill(parts: Sequence[str | Expr | Slot], parameters: Sequence[Expr]) -> Expr:
    """Make the expression of a name.

    Args:
        parts: From a pattern.
        parameters: The pattern's parameters.

    Returns:
        A text.
    """
    made = [
        _filled(part, parameters) if isinstance(part, Slot) else part for part in parts
    ]
    if len(made) == 1 and isinstance(made[0], Var):
        return made[0]
    return text(tuple(made))


def _filled(slot: Slot, parameters: Sequence[Expr]) -> Expr:
    number = linear(parameters[slot.parameter], slot.factor, slot.offset)
    return Letter(number) if slot.letter else number


def find_pattern(
    rows: Sequence[Sequence[Atoms]], *, numbers_first: bool, closed: bool
) -> Pattern:
    """Find how the names of all rows follow from few parameters.

    Args:
        rows: The names of each use, taken apart.
        numbers_first: Whether numbers are better than a common part, as in a loop.
        closed: Whether the body does not see the variables that names have in them.

    Returns:
        The pattern with the fewest parameters.
    """
    ways: list[Callable[[Sequence[Sequence[Atoms]]], Pattern | None]]
    ways = [_by_prefix, _by_numbers]
    if numbers_first:
        ways.reverse()
    ways += [_by_middle, _by_both, partial(_one_each, closed=closed)]
    shortest: Pattern | None = None
    for way in ways:
        found = way(rows)
        if found is None or (closed and _is_open(found)):
            continue
        if shortest is None or len(found.parameters) < len(shortest.parameters):
            shortest = found
        if len(shortest.parameters) == 1:
            break
    assert shortest is not None
    return shortest


def _is_open(pattern: Pattern) -> bool:
    """Whether a pattern keeps a variable of where the names come from."""
    return any(
        not isinstance(part, str | Slot) and any(variables(part))
        for parts in pattern.parts
        for part in parts
    )


def _by_prefix(rows: Sequence[Sequence[Atoms]]) -> Pattern | None:
    """`name`, and behind it what is the same in every row."""
    prefixes = []
    for row in rows:
        # Works on any sequences that can be compared, which texts and tuples are.
        prefix = _common(row)
        if not any(len(name) == len(prefix) for name in row):
            while prefix and not _is_break(prefix[-1]):
                prefix = prefix[:-1]
            while prefix and _is_break(prefix[-1]):
                prefix = prefix[:-1]
        if not prefix:
            return None
        prefixes.append(prefix)
    suffixes = [name[len(prefixes[0]) :] for name in rows[0]]
    for row, prefix in zip(rows, prefixes, strict=True):
        if [name[len(prefix) :] for name in row] != suffixes:
            return None
    parts = tuple(_parts([Slot(0), *suffix]) for suffix in suffixes)
    return Pattern((("name", tuple(text(prefix) for prefix in prefixes)),), parts)


def _by_middle(rows: Sequence[Sequence[Atoms]]) -> Pattern | None:
    """A part that differs by row, the same in all names of a row, anywhere in them."""
    parts = []
    found: list[Atoms] | None = None
    for column in zip(*rows, strict=True):
        before = _to_break(_common(column))
        rest = [name[len(before) :] for name in column]
        behind = _to_break(_common([part[::-1] for part in rest]))[::-1]
        middles = [part[: len(part) - len(behind)] for part in rest]
        if found is None:
            found = middles
        if middles != found or not all(middles):
            return None
        parts.append(_parts([*before, Slot(0), *behind]))
    what = "suffix" if all(isinstance(part[-1], Slot) for part in parts) else "name"
    cells = tuple(text(middle) for middle in found or ())
    return Pattern(((what, cells),), tuple(parts))


def _by_numbers(rows: Sequence[Sequence[Atoms]]) -> Pattern | None:
    """Names that differ in numbers only, which follow from few."""
    parameters: list[tuple[Expr, ...]] = []
    parts: list[tuple[str | Expr | Slot, ...]] = []
    for column in zip(*rows, strict=True):
        tokens = [_tokens(name) for name in column]
        if len({len(name) for name in tokens}) != 1:
            return None
        made: list[str | Expr | Slot] = []
        for cells in zip(*tokens, strict=True):
            slot = _number_slot(cells, parameters)
            if slot is None:
                return None
            made.append(slot)
        parts.append(_parts(made))
    found = Pattern(tuple(("index", cells) for cells in parameters), tuple(parts))
    return _by_finest(found)


def _by_finest(pattern: Pattern) -> Pattern:
    """Drop numbers that are multiples of others: `2 * index` where `index` is there."""
    cells = [cells for _, cells in pattern.parameters]
    told: dict[int, tuple[int, int, int]] = {}
    for one, wanted in enumerate(cells):
        for other, base in enumerate(cells):
            if other == one or other in told or distinct(base) < _TELLING:
                continue
            found = relation(base, wanted)
            if found is not None:
                told[one] = (other, *found)
                break
    if not told:
        return pattern
    kept = [index for index in range(len(cells)) if index not in told]

    def moved(part: str | Expr | Slot) -> str | Expr | Slot:
        if not isinstance(part, Slot):
            return part
        other, factor, offset = told.get(part.parameter, (part.parameter, 1, 0))
        return replace(
            part,
            parameter=kept.index(other),
            factor=part.factor * factor,
            offset=part.factor * offset + part.offset,
        )

    parameters = tuple(pattern.parameters[index] for index in kept)
    return Pattern(parameters, tuple(tuple(map(moved, p)) for p in pattern.parts))


def _by_both(rows: Sequence[Sequence[Atoms]]) -> Pattern | None:
    """Numbers for automatic names (`activation_3`), a common part for the others."""
    columns = list(zip(*rows, strict=True))
    counted = [index for index, column in enumerate(columns) if _is_counted(column)]
    others = [index for index in range(len(columns)) if index not in counted]
    if not counted or not others:
        return None
    rest = [[row[index] for index in others] for row in rows]
    first = _by_numbers([[row[index] for index in counted] for row in rows])
    second = _by_prefix(rest) or _by_middle(rest)
    if first is None or second is None:
        return None
    shift = len(first.parameters)
    parts: list[tuple[str | Expr | Slot, ...]] = [()] * len(columns)
    for index, made in zip(counted, first.parts, strict=True):
        parts[index] = made
    for index, made in zip(others, second.parts, strict=True):
        parts[index] = tuple(
            (
                replace(part, parameter=part.parameter + shift)
                if isinstance(part, Slot)
                else part
            )
            for part in made
        )
    return Pattern((*first.parameters, *second.parameters), tuple(parts))


def _is_counted(column: Sequence[Atoms]) -> bool:
    """Whether names are one word with a number behind it, which differs."""
    tokens = [_tokens(name) for name in column]
    return (
        all(len(name) == 2 and name[0] == tokens[0][0] for name in tokens)
        and all(not isinstance(name[1], str) for name in tokens)
        and any(name[1] != tokens[0][1] for name in tokens)
    )


def _number_slot(
    cells: tuple[str | Expr, ...], parameters: list[tuple[Expr, ...]]
) -> str | Expr | Slot | None:
    if all(cell == cells[0] for cell in cells):
        first = cells[0]
        if isinstance(first, Letter) and isinstance(first.of, Const):
            return letter(first.of)
        return first.value if isinstance(first, Const) else first  # type: ignore[return-value]
    letters = [cell.of for cell in cells if isinstance(cell, Letter)]
    numbers = tuple(letters or (cell for cell in cells if not isinstance(cell, str)))
    if len(numbers) != len(cells):
        return None
    for index, known in enumerate(parameters):
        found = relation(known, numbers)
        if found is not None:
            return Slot(index, *found, letter=bool(letters))
    parameters.append(numbers)
    return Slot(len(parameters) - 1, letter=bool(letters))


def _one_each(rows: Sequence[Sequence[Atoms]], *, closed: bool) -> Pattern:
    """A parameter for each name that differs: the way that always works."""
    parameters: list[tuple[str, tuple[Expr, ...]]] = []
    parts: list[tuple[str | Expr | Slot, ...]] = []
    for column in zip(*rows, strict=True):
        same = all(name == column[0] for name in column)
        if same and not (closed and any(not isinstance(a, str) for a in column[0])):
            parts.append(_parts(list(column[0])))
            continue
        parts.append((Slot(len(parameters)),))
        parameters.append(("name", tuple(text(name) for name in column)))
    return Pattern(tuple(parameters), tuple(parts))


@lru_cache(_CACHED)
def _tokens(name: Atoms) -> tuple[str | Expr, ...]:
    """Split into numbers, as constants, letters that count, and what is between."""
    tokens: list[str | Expr] = []
    literal = ""
    for position, atom in enumerate((*name, "")):
        inside = isinstance(atom, str) and atom != ""
        if inside and literal and not _splits(name, position):
            literal += str(atom)
            continue
        if literal:
            counts = bool(tokens) and not isinstance(tokens[-1], str)
            tokens.append(_token(literal, counts=counts))
        literal = str(atom) if inside else ""
        if not isinstance(atom, str):
            tokens.append(atom)
    return tuple(tokens)


def _splits(name: Atoms, position: int) -> bool:
    """Whether a new token begins: between digits and others, behind `b` in `4b_`."""
    before, atom = str(name[position - 1]), str(name[position])
    if before.isdigit() != atom.isdigit():
        return True
    return atom in _BREAKS and before not in _BREAKS and _is_letter(name, position - 1)


def _is_letter(name: Atoms, position: int) -> bool:
    """Whether a character stands alone between a number and a break or the end."""
    if position == 0 or not _LETTERS.fullmatch(str(name[position])):
        return False
    before = name[position - 1]
    number = (
        before.isdigit() if isinstance(before, str) else isinstance(before, _COUNTS)
    )
    behind = name[position + 1] if position + 1 < len(name) else "_"
    return number and isinstance(behind, str) and behind in _BREAKS


def _token(literal: str, *, counts: bool) -> str | Expr:
    if counts and _LETTERS.fullmatch(literal):
        return Letter(Const(ord(literal) - FIRST_LETTER))
    # `block_01` counts with a zero in front, which a number would lose.
    counted = literal.isdigit() and (literal == "0" or not literal.startswith("0"))
    return Const(int(literal)) if counted and len(literal) < 10 else literal


def _parts(made: Sequence[str | Expr | Slot]) -> tuple[str | Expr | Slot, ...]:
    """Join literals that stand side by side."""
    joined: list[str | Expr | Slot] = []
    for part in made:
        literal = str(part) if isinstance(part, str | int) else None
        if literal is not None and joined and isinstance(joined[-1], str):
            joined[-1] += literal
        else:
            joined.append(part if literal is None else literal)
    return tuple(joined)


def _common(names: Sequence[Atoms]) -> Atoms:
    """The longest beginning that all have."""
    first = names[0]
    length = min(len(name) for name in names)
    for index in range(length):
        if any(name[index] != first[index] for name in names):
            return first[:index]
    return first[:length]


def _to_break(part: Atoms) -> Atoms:
    while part and not _is_break(part[-1]):
        part = part[:-1]
    return part


def _is_break(atom: str | Expr) -> bool:
    return isinstance(atom, str) and atom in _BREAKS
