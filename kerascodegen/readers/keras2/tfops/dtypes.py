"""Names of dtypes, in all spellings that old configs have."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.expr import UntranslatableError

# TensorFlow's enumeration (`types.proto`).
_BY_NUMBER = {
    1: "float32",
    2: "float64",
    3: "int32",
    4: "uint8",
    5: "int16",
    6: "int8",
    7: "string",
    8: "complex64",
    9: "int64",
    10: "bool",
    14: "bfloat16",
    17: "uint16",
    18: "complex128",
    19: "float16",
    22: "uint32",
    23: "uint64",
}
_BY_ENUM = {
    "DT_FLOAT": "float32",
    "DT_DOUBLE": "float64",
    "DT_HALF": "float16",
    **{f"DT_{name.upper()}": name for name in _BY_NUMBER.values()},
}
_OTHER = {"half": "float16", "double": "float64", "float": "float32", "int": "int32"}
_NAMES = frozenset(_BY_NUMBER.values())


def dtype_name(value: Any) -> str:
    """Read a dtype.

    Args:
        value: `"float32"`, `"tf.float32"`, `"<dtype: 'float32'>"`, `"DT_FLOAT"`, a
            number of TensorFlow's, or an object with one of those.

    Returns:
        The name that Keras knows it by.

    Raises:
        UntranslatableError: There is no such dtype.
    """
    if isinstance(value, dict):
        for key in ("value", "name", "config", "dtype", "type"):
            if key in value:
                return dtype_name(value[key])
    if type(value) is int:
        # References to variables are numbered from 101.
        name = _BY_NUMBER.get(value - 100 if value > 100 else value, "")
    else:
        name = str(value)[:80].removeprefix("tf.").removeprefix("<dtype: '")
        name = name.removesuffix("'>").removesuffix("_ref").removesuffix("_REF")
        name = _BY_ENUM.get(name, _OTHER.get(name, name))
    if name not in _NAMES:
        raise UntranslatableError("a dtype is not known")
    return name
