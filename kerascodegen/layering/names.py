"""What layers inside a block are called, once the block itself has a name.

Layers `conv2_block1_1_conv` and `conv2_block1_1_bn` become `1_conv` and `1_bn` inside
of a block called `conv2_block1`. In a block's body their names are expressions over its
parameters, so what they have in common can be told without looking at the instances.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kerascodegen.folding.expressions import Const, Expr, Text, text

_WORD = re.compile(r"([_./: -]*)([^_./: -]+)")

_Parts = tuple[str | Expr, ...]


@dataclass(frozen=True, slots=True)
class InnerNames:
    """Names in a block.

    Attributes:
        block: The name of an instance, over the block's parameters; `None` where the
            layers' names have nothing in common.
        inner: For each layer what its name is inside the block: `""` where it is the
            block's own, `None` where it has none to do with the block.
    """

    block: Expr | None
    inner: tuple[str | None, ...]


def inner_names(names: Sequence[Expr | None]) -> InnerNames:
    """Take the names of a block's layers apart.

    Args:
        names: For each call in the block its name; `None` for what has none.

    Returns:
        What most of them begin with, and the rests.
    """
    split = [None if name is None else _split(name) for name in names]
    counts = Counter(item[0] for item in split if item is not None)
    known = sum(name is not None for name in names)
    if not counts:
        return InnerNames(None, (None,) * len(names))
    first, count = max(counts.items(), key=lambda item: item[1])
    if 2 * count < known:
        return InnerNames(None, (None,) * len(names))
    rests = [
        item[1] if item is not None and item[0] == first else None for item in split
    ]
    common = _common([rest for rest in rests if rest is not None])
    seen: set[str] = set()
    inner: list[str | None] = []
    for rest in rests:
        short = None if rest is None else rest[len(common) :].lstrip("_./: -")
        if short:
            short = None if short in seen else short
            seen.add(short or "")
        inner.append(short)
    return InnerNames(text((*first, common)), tuple(inner))


def _split(name: Expr) -> tuple[_Parts, str] | None:
    """A name as what varies, and the literal behind it."""
    parts: _Parts = name.parts if isinstance(name, Text) else (name,)
    if isinstance(name, Const):
        return None
    last = max(i for i, part in enumerate(parts) if not isinstance(part, str))
    rest = parts[last + 1 :]
    return parts[: last + 1], "".join(part for part in rest if isinstance(part, str))


def _common(rests: Sequence[str]) -> str:
    """The words that all rests begin with and that leave something of each of them."""
    words = [_WORD.findall(rest) for rest in rests]
    if len(words) < 2:
        return ""
    common = ""
    for column in zip(*(items[:-1] for items in words), strict=False):
        if len(set(column)) > 1:
            break
        common += "".join(column[0])
    return common
