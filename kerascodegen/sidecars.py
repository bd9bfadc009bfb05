"""Files beside the source: large constants in an `.npz`, vocabularies in a `.txt`.

Written by hand, since reading a model imports no numpy: an `.npz` is a zip of `.npy`
members (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). The
same content gives the same bytes everywhere: nothing is compressed or dated.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

_NPY_MAGIC = b"\x93NUMPY\x01\x00"
_NPY_ALIGNMENT = 64
# The first moment that a zip file can tell.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class DType:
    """How a dtype is stored.

    Attributes:
        descr: As `.npy` names it.
        code: As `struct` does.
        items: The Python types that its values may have.
        cast: Whether numpy has no such dtype, so that it is stored as a wider one.
    """

    descr: str
    code: str
    items: frozenset[type]
    cast: bool = False


_INT, _FLOAT = frozenset({int}), frozenset({int, float})
DTYPES = {
    "bool": DType("|b1", "?", frozenset({bool})),
    "int8": DType("|i1", "b", _INT),
    "int16": DType("<i2", "h", _INT),
    "int32": DType("<i4", "i", _INT),
    "int64": DType("<i8", "q", _INT),
    "uint8": DType("|u1", "B", _INT),
    "uint16": DType("<u2", "H", _INT),
    "uint32": DType("<u4", "I", _INT),
    "uint64": DType("<u8", "Q", _INT),
    "float16": DType("<f2", "e", _FLOAT),
    "float32": DType("<f4", "f", _FLOAT),
    "float64": DType("<f8", "d", _FLOAT),
    **{
        name: DType("<f4", "f", _FLOAT, cast=True)
        for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2")
    },
}


@dataclass(frozen=True, slots=True)
class Array:
    """An array as `.npy` has it.

    Attributes:
        shape: Its shape.
        descr: Its dtype.
        data: Its values, row by row.
    """

    shape: tuple[int, ...]
    descr: str
    data: bytes

    def npy(self) -> bytes:
        """The whole `.npy` file."""
        header = (
            f"{{'descr': {self.descr!r}, 'fortran_order': False, "
            f"'shape': {self.shape!r}, }}"
        )
        taken = len(_NPY_MAGIC) + struct.calcsize("<H") + len(header) + 1
        header += " " * (-taken % _NPY_ALIGNMENT) + "\n"
        size = struct.pack("<H", len(header))
        return _NPY_MAGIC + size + header.encode("ascii") + self.data


def encode_array(
    items: Sequence[object], shape: tuple[int, ...], dtype: str
) -> Array | None:
    """Bring numbers into the form that `.npy` has them in.

    Args:
        items: The numbers, row by row.
        shape: The array's shape.
        dtype: A key of `DTYPES`.

    Returns:
        The array; `None` where a number is not one of that dtype.
    """
    stored = DTYPES[dtype]
    if not stored.items.issuperset(map(type, items)):
        return None
    try:
        # A chunk at a time: every number is an argument.
        data = b"".join(
            struct.pack(f"<{len(part)}{stored.code}", *part)
            for start in range(0, len(items), _CHUNK)
            if (part := items[start : start + _CHUNK])
        )
    except (struct.error, OverflowError):
        return None
    if stored.code in "ef" and not _is_exact(items, data, stored.code):
        return None
    return Array(shape, stored.descr, data)


def _is_exact(items: Sequence[object], data: bytes, code: str) -> bool:
    """Tell whether all numbers are ones of that precision, as Keras writes them."""
    unpacked = struct.iter_unpack(f"<{code}", data)
    return all(
        back == item or (back != back and item != item)
        for (back,), item in zip(unpacked, items, strict=True)
    )


@dataclass(slots=True)
class Sidecars:
    """Collects what stands in files beside a source.

    Invariants: names are made of the stem and of ASCII identifiers; what is added twice
    under one name is stored once.

    Attributes:
        stem: What the files' names begin with.
    """

    stem: str = ""
    _arrays: dict[str, Array] = field(default_factory=dict)
    _keys: dict[tuple[str, Array], str] = field(default_factory=dict)
    _words: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def constants_name(self) -> str:
        """Name of the file that has the arrays."""
        return constants_name(self.stem)

    def add_array(self, wanted: str, array: Array) -> str:
        """Store an array.

        Args:
            wanted: What it should be called, an ASCII identifier.
            array: The array.

        Returns:
            Its name in the `.npz`.
        """
        identity = (wanted, array)
        if identity not in self._keys:
            key, number = wanted, 2
            while key in self._arrays:
                key, number = f"{wanted}_{number}", number + 1
            self._keys[identity] = key
            self._arrays[key] = array
        return self._keys[identity]

    def add_words(self, words: tuple[str, ...]) -> str:
        """Store a vocabulary.

        Args:
            words: Words for which `are_lines` holds.

        Returns:
            The name of its file.
        """
        if words not in self._words:
            number = f"_{len(self._words) + 1}" if self._words else ""
            self._words[words] = f"{self.stem}_vocabulary{number}.txt"
        return self._words[words]

    def contents(self) -> dict[str, bytes]:
        """All files that there are.

        Returns:
            Content by name.
        """
        files = {
            name: "\n".join(words).encode("utf-8")
            for words, name in self._words.items()
        }
        if self._arrays:
            files[self.constants_name] = self._npz()
        return files

    def _npz(self) -> bytes:
        # Few models have any, and options are made for --help too.
        import zipfile

        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
            for key, array in self._arrays.items():
                info = zipfile.ZipInfo(f"{key}.npy", _EPOCH)
                info.create_system = _UNIX
                info.external_attr = 0o644 << 16
                archive.writestr(info, array.npy())
        return stream.getvalue()


def constants_name(stem: str) -> str:
    """Name the file of a source's constants.

    Args:
        stem: What the names of its files begin with.

    Returns:
        The file's name.
    """
    return f"{stem}_constants.npz"


def are_lines(words: Sequence[str]) -> bool:
    """Tell whether words can stand a line each in a text file and come back.

    Args:
        words: A vocabulary.

    Returns:
        Whether none has a line break or a lone surrogate in it.
    """
    return not any(
        "\n" in word or "\r" in word or any("\ud800" <= c <= "\udfff" for c in word)
        for word in words
    )


def is_file_stem(text: object) -> bool:
    """Tell whether files beside a source may have names that begin so.

    Args:
        text: Anything.

    Returns:
        Whether it is text that stays inside a folder and is not all dots.
    """
    return (
        isinstance(text, str)
        and bool(text.strip("."))
        and not any(char in "/\\\0" for char in text)
    )
