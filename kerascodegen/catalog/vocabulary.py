"""What Keras' lookup layers put before the words of a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LOOKUPS = frozenset(
    {
        "keras.layers.IntegerLookup",
        "keras.layers.StringLookup",
        "keras.layers.TextVectorization",
    }
)
_TEXT = "keras.layers.TextVectorization"
_INTEGER = "keras.layers.IntegerLookup"
_MAX_INT64_DIGITS = 19


def special_tokens(path: str, config: Mapping[str, Any]) -> list[Any]:
    """Tell the mask and out-of-vocabulary tokens that a vocabulary begins with.

    Args:
        path: The class, one of `LOOKUPS`.
        config: The layer's decoded config.

    Returns:
        What `get_vocabulary()` gives before the first word.
    """
    is_text = path == _TEXT
    mask = "" if is_text else config.get("mask_token")
    unknown = "[UNK]" if is_text else config.get("oov_token")
    count = 1 if is_text else config.get("num_oov_indices")
    masks = [mask] if mask is not None and config.get("output_mode") == "int" else []
    # More than the vocabulary has is nobody's config, and may be more than memory has.
    count = min(max(count, 0), _size(config)) if isinstance(count, int) else 0
    return [*masks, *[unknown] * count]


def has_learnt(path: str, config: Mapping[str, Any]) -> bool:
    """Tell whether a layer has a vocabulary that its config does not hold.

    Args:
        path: The class, as the config names it.
        config: The decoded config.

    Returns:
        True for a lookup layer that was adapted, or given one after its construction.
    """
    return (
        path in LOOKUPS
        and config.get("vocabulary") is None
        and _size(config) > len(special_tokens(path, config))
    )


def learnt_words(
    path: str, config: Mapping[str, Any], vocabulary: Sequence[str]
) -> tuple[str | int, ...] | None:
    """Take from a whole vocabulary what `set_vocabulary` makes it of again.

    Args:
        path: The class, one of `LOOKUPS`.
        config: The layer's decoded config.
        vocabulary: What `get_vocabulary()` gives, as text.

    Returns:
        The words without special tokens; with them, where words that look like those
        come first. `None` for a vocabulary that is not this layer's.
    """
    words: Sequence[str | int] = vocabulary
    special = special_tokens(path, config)
    if path == _INTEGER:
        if not all(map(_is_int64, vocabulary)):
            return None
        words = [int(word) for word in vocabulary]
    tokens = tuple(words[len(special) :])
    if (
        len(words) != _size(config)
        or not tokens
        or list(words[: len(special)]) != special
        or len(set(tokens)) != len(tokens)
        # numpy, through which Keras passes them, cuts these off.
        or any(isinstance(word, str) and word.endswith("\0") for word in tokens)
    ):
        return None
    if not special or list(tokens[: len(special)]) != special:
        return tokens
    return tuple(words)


def _size(config: Mapping[str, Any]) -> int:
    size = config.get("vocabulary_size")
    return size if type(size) is int else 0


def _is_int64(text: str) -> bool:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MAX_INT64_DIGITS:
        return False
    return -(2**63) <= int(text) < 2**63
