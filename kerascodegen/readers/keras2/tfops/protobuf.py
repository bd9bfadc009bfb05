"""A TensorFlow `NodeDef`, from protobuf's JSON or from its binary form.

TensorFlow 2.0 and 2.1 stored the bytes of the message as text, later ones its JSON.
Field numbers are those of `node_def.proto` and `attr_value.proto`.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kerascodegen.readers.keras2.tfops.dtypes import dtype_name
from kerascodegen.readers.keras2.tfops.expr import UntranslatableError

_DAMAGED = "its node_def is damaged in the file"
_MAX_BYTES = 2**24


@dataclass(frozen=True, slots=True)
class NodeDef:
    """An op of TensorFlow's graph.

    Attributes:
        op: Its kind, `"AddV2"`.
        attributes: Numbers, flags, text, dtypes by name, and lists of those.
    """

    op: str
    attributes: Mapping[str, Any]


def read_node_def(data: Any) -> NodeDef:
    """Read a `NodeDef`.

    Args:
        data: A dict as `json_format.MessageToDict` gives, or the message's bytes as
            text.

    Returns:
        The op and its attributes.

    Raises:
        UntranslatableError: It is damaged.
    """
    try:
        if isinstance(data, str):
            return _from_bytes(data.encode("utf-8"))
        if isinstance(data, dict) and isinstance(data.get("op"), str):
            attributes = data.get("attr", {})
            # Some tools wrote the map as a list of its entries.
            if isinstance(attributes, list):
                attributes = {item["key"]: item["value"] for item in attributes}
            return NodeDef(data["op"], {k: _json(v) for k, v in attributes.items()})
    except (ValueError, TypeError, KeyError, AttributeError, struct.error, IndexError):
        pass
    raise UntranslatableError(_DAMAGED)


def _json(value: Mapping[str, Any]) -> Any:
    """Read an `AttrValue` from its JSON: one entry, by kind."""
    if "list" in value:
        entries = value["list"] or {}
        return [
            _scalar(kind, item) for kind, items in entries.items() for item in items
        ]
    for kind, item in value.items():
        return _scalar(kind, item)
    return None


def _scalar(kind: str, item: Any) -> Any:
    if kind == "i":
        return int(item)
    if kind == "f":
        return float(item)
    if kind == "b":
        return item is True
    if kind == "s":
        try:
            return base64.b64decode(item, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            return str(item)
    return dtype_name(item) if kind == "type" else None


def _from_bytes(data: bytes) -> NodeDef:
    if len(data) > _MAX_BYTES:
        raise UntranslatableError(_DAMAGED)
    op = ""
    attributes: dict[str, Any] = {}
    for number, value in _fields(data):
        if number == 2:
            op = _bytes(value).decode("utf-8")
        elif number == 5:
            entry = dict(_fields(_bytes(value)))
            attributes[_bytes(entry[1]).decode("utf-8")] = _attribute(_bytes(entry[2]))
    if not op:
        raise UntranslatableError(_DAMAGED)
    return NodeDef(op, attributes)


_KINDS = {2: "s", 3: "i", 4: "f", 5: "b", 6: "type"}


def _attribute(data: bytes) -> Any:
    for number, value in _fields(data):
        if number == 1:
            return list(_list(_bytes(value)))
        if number in _KINDS:
            return _value(_KINDS[number], value)
    return None


def _list(data: bytes) -> Iterator[Any]:
    for number, value in _fields(data):
        kind = _KINDS.get(number)
        if kind is None:
            continue
        if kind in {"i", "b", "type"} and isinstance(value, bytes):
            at = 0
            while at < len(value):
                item, at = _varint(value, at)
                yield _value(kind, item)
        elif kind == "f" and isinstance(value, bytes) and len(value) != 4:
            yield from struct.unpack(f"<{len(value) // 4}f", value)
        else:
            yield _value(kind, value)


def _value(kind: str, value: int | bytes) -> Any:
    if kind == "s":
        return _bytes(value).decode("utf-8")
    if kind == "f":
        return struct.unpack("<f", _bytes(value))[0]
    if isinstance(value, bytes):
        raise ValueError(_DAMAGED)
    if kind == "b":
        return value != 0
    if kind == "type":
        return dtype_name(value)
    return value - 2**64 if value >= 2**63 else value


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError(_DAMAGED)
    return value


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the fields of a message by number."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield number, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in {1, 5}:
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(_DAMAGED)
        if at + size > len(data):
            raise ValueError(_DAMAGED)
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    result = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        if byte < 128:
            return result, at
    raise ValueError(_DAMAGED)
