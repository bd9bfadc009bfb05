"""Break long statements where black would, so that black finds nothing to change.

`black.format_str` formats twice whenever the first pass changed anything, and takes
most of the time that generating takes. Black still formats every module; where this
guesses wrong, the result is the same and only comes later.
"""

from __future__ import annotations

from collections.abc import Iterator

INDENT = "    "
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = frozenset(_OPEN.values())


def lay_out(text: str, width: int, indent: str) -> str:
    """Break a one-line statement that does not fit.

    Args:
        text: A statement on one line, without its indentation.
        width: Columns.
        indent: The indentation that the statement will get.

    Returns:
        The statement, the lines behind its first indented in full; as it was, where no
        bracket helps.
    """
    if "lambda" in text:
        # Its commas are not those of the call around it; black knows.
        return text
    return f"\n{indent}".join(_lines(text, width - len(indent)))


def _lines(text: str, width: int, behind: str = "") -> list[str]:
    """Black's right-hand split: at the last bracket whose head still fits.

    See `rhs` and `right_hand_split` in black's linegen.py. What stands behind the text
    (the comma of an item) goes to the end of its last line.
    """
    if len(text) + len(behind) <= width:
        return [text + behind]
    groups = list(_groups(text))
    # Only brackets at the end count: `layers.Dense(3)(x)` has two.
    end = len(text)
    trailing = []
    for start, stop in reversed(groups):
        if stop != end:
            break
        trailing.append((start, stop))
        end = start
    if not trailing:
        return [text + behind]
    start, stop = next((g for g in trailing if g[0] < width), trailing[-1])
    body = text[start + 1 : stop - 1]
    if not body:
        return [text + behind]
    head, tail = text[: start + 1], text[stop - 1 :] + behind
    is_call = text[start - 1 : start].isalnum() or text[start - 1 : start] in "_)]"
    inner = _body(body, width - len(INDENT), is_call=start > 0 and is_call)
    return [head, *(INDENT + line for line in inner), tail]


def _body(text: str, width: int, *, is_call: bool) -> list[str]:
    """What stands between brackets: on one line, or an item a line.

    Arguments may share a line, the items of a list, tuple or dict never do.
    """
    items = list(_items(text))
    if len(text) <= width and not text.endswith(",") and (is_call or len(items) == 1):
        return [text]
    if len(items) == 1 and not text.endswith(","):
        return _lines(text, width)
    return [line for item in items for line in _lines(item, width, ",")]


def _items(text: str) -> Iterator[str]:
    """Split at the commas that stand in no bracket."""
    depth = start = 0
    for index, char in _code(text):
        if char in _OPEN:
            depth += 1
        elif char in _CLOSE:
            depth -= 1
        elif char == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    if rest := text[start:].strip():
        yield rest


def _groups(text: str) -> Iterator[tuple[int, int]]:
    """Bracketed parts that stand in no other: positions of `(` and behind `)`."""
    depth = start = 0
    for index, char in _code(text):
        if char in _OPEN:
            if depth == 0:
                start = index
            depth += 1
        elif char in _CLOSE:
            depth -= 1
            if depth == 0:
                yield start, index + 1


def _code(text: str) -> Iterator[tuple[int, str]]:
    """Characters that do not stand in a string literal."""
    quote = ""
    escaped = False
    for index, char in enumerate(text):
        if quote:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        else:
            yield index, char
