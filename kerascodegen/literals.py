"""Python literals for plain values, in the form that black leaves alone."""

from __future__ import annotations

import keyword
import math
import struct
import unicodedata

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
# Scripts whose letters do not look like ASCII ones; others are escaped beside ASCII.
_DISTINCT = ("LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "DEVANAGARI", "THAI")


def string(text: str) -> str:
    """Write a string literal that shows what it holds.

    Args:
        text: Any text from a model file.

    Returns:
        A double-quoted literal (single-quoted where that saves escapes, as black does).
        Control, format and look-alike characters are escaped, so that nothing invisible
        or misleading stands in the source.
    """
    mixed = any(char.isascii() and char.isalpha() for char in text)
    if '"' in text and "'" not in text:
        return "'" + "".join(_char(char, mixed, quote="'") for char in text) + "'"
    return '"' + "".join(_char(char, mixed, quote='"') for char in text) + '"'


def _char(char: str, mixed: bool, quote: str) -> str:
    if char == '"' and quote == "'":
        return char
    if char in _ESCAPES:
        return _ESCAPES[char]
    if " " <= char <= "~":
        return char
    if char.isprintable() and not char.isascii() and _is_plain(char, mixed):
        return char
    code = ord(char)
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _is_plain(char: str, mixed: bool) -> bool:
    if not char.isalnum() or unicodedata.normalize("NFKC", char) != char:
        return False
    return not mixed or unicodedata.name(char, "").startswith(_DISTINCT)


def number(value: int | float) -> str:
    """Write a number so that it reads back as the same one.

    Args:
        value: Any int, bool or float.

    Returns:
        Its `repr`; `float("nan")` and `float("inf")` for those.
    """
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value!r}")'
    return repr(value)


def shortest_float32(value: float) -> float:
    """Find the shortest decimal that is the same number in single precision.

    Optimizers keep the learning rate in a float32 variable, some regularizers their
    factor in a tensor, so 0.001 comes back as 0.0010000000474974513.

    Args:
        value: The number from a config.

    Returns:
        The shortest number that rounds to it, where it is one of single precision; else
        the number itself.
    """
    if _as_float32(value) != value:
        return value
    for digits in range(1, 10):
        short = float(f"{value:.{digits}g}")
        if _as_float32(short) == value:
            return short
    return value


def _as_float32(value: float) -> float:
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return value


def is_dotted_name(text: str) -> bool:
    """Tell whether text is identifiers with dots between, as an import names them.

    Args:
        text: Any text from a model file or an option.

    Returns:
        True for ASCII identifiers without keywords and names like `__x__`; what Python
        would normalise to another name is refused as well.
    """
    return all(
        part.isascii()
        and part.isidentifier()
        and not keyword.iskeyword(part)
        and not (part.startswith("__") and part.endswith("__"))
        for part in text.split(".")
    )
