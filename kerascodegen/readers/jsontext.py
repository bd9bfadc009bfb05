"""Parse the JSON of an untrusted model file within bounds.

JSON allows what no model needs and what hurts a reader: duplicate keys (two readers see
two models), integers of a million digits, nesting that exhausts the stack.
"""

from __future__ import annotations

import json
from typing import Any

from kerascodegen.errors import ReadError, printable

MAX_CONFIG_BYTES = 256 * 1024 * 1024
# Deeper than any real model: each nested model costs about six levels.
MAX_DEPTH = 200
# More than a 128-bit seed; no dimension, count or constant of a model needs more.
MAX_INTEGER_DIGITS = 40
# A model of 10,000 layers has half a million; each costs some hundred bytes of memory.
MAX_CONFIG_VALUES = 8_000_000
# Longer than any path that people have; a message shows it in full.
SHOWN_PATH = 400


def _unique_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise ReadError(
                    f'The config has the key "{printable(key, 60)}" twice in one '
                    "object, so it is not clear which value counts."
                )
            seen.add(key)
    return result


def _bounded_int(digits: str) -> int:
    if len(digits) > MAX_INTEGER_DIGITS:
        raise ReadError(
            f"The config holds an integer of {len(digits)} digits, which no model has."
        )
    return int(digits)


def parse_json(data: bytes, where: str) -> Any:
    """Parse bytes as JSON, refusing duplicate keys and values out of bounds.

    Args:
        data: The raw text, UTF-8.
        where: What the text is, for messages: a member or a file, safe to print.

    Returns:
        Dicts, lists, strings, numbers, booleans and `None`.

    Raises:
        ReadError: The text is too long, not JSON, or outside the bounds above.
    """
    if len(data) > MAX_CONFIG_BYTES:
        raise ReadError(
            f"{where} is larger than {MAX_CONFIG_BYTES // 2**20} MiB, "
            "which no model config needs."
        )
    # Every value stands behind one of these, so this bounds memory before it is taken.
    if sum(map(data.count, (b",", b"[", b"{"))) > MAX_CONFIG_VALUES:
        raise ReadError(
            f"{where} holds more than {MAX_CONFIG_VALUES:,} values, which no model "
            "config needs: large arrays belong into weights."
        )
    if not data.strip():
        raise ReadError(f"{where} is empty.")
    try:
        text = data.decode("utf-8-sig")
        return json.loads(
            text,
            object_pairs_hook=_unique_pairs,
            parse_int=_bounded_int,
        )
    except UnicodeDecodeError:
        raise ReadError(f"{where} is not text in UTF-8, so it is not JSON.") from None
    except json.JSONDecodeError as error:
        # A string that never ends is reported where it begins.
        ends = error.pos >= len(text.rstrip()) or "Unterminated" in error.msg
        what = "is truncated" if ends else "is not valid JSON"
        raise ReadError(
            f"{where} {what} (line {error.lineno}, column {error.colno}: "
            f"{error.msg[:1].lower()}{error.msg[1:]})."
        ) from None
    except RecursionError:
        raise ReadError(f"{where} is nested too deeply to be a model config.") from None
