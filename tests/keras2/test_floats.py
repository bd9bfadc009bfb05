"""Numbers of 32 bits, written with as many digits as they need."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kerascodegen.readers.keras2.floats import (
    computes_in_64_bits,
    with_short_floats,
)


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        (0.10000000149011612, 0.1),
        (0.8999999761581421, 0.9),
        (9.999999974752427e-07, 1e-6),
        (0.0010000000474974513, 0.001),
        # Not of 32 bits: somebody's own number.
        (0.408248290463863, 0.408248290463863),
        (0.1, 0.1),
        (1e300, 1e300),
    ],
)
def test_numbers(stored: float, written: float) -> None:
    assert repr(with_short_floats({"a": [stored]})["a"][0]) == repr(written)


@given(st.floats(width=32))
def test_nothing_is_lost_in_32_bits(value: float) -> None:
    assert struct.pack("<f", with_short_floats(value)) == struct.pack("<f", value)


def test_models_in_64_bits_are_told() -> None:
    assert computes_in_64_bits({"layers": [{"config": {"dtype": "float64"}}]})
    assert not computes_in_64_bits({"layers": [{"config": {"dtype": "float32"}}]})
