"""Numbers that were NumPy scalars, for ops that take no plain ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

from tests.coverage.prove import assert_proved
from tests.support import source_of

Tensor = keras.KerasTensor

CASES: dict[str, tuple[Callable[[Tensor], Any], str]] = {
    "heaviside": (lambda x: ops.heaviside(x, np.float32(0.5)), "np.array(0.5"),
    "heaviside of it": (lambda x: ops.heaviside(np.float32(0.5), x), "np.array(0.5"),
    "hypot": (lambda x: ops.hypot(x, np.array(2.0)), "np.array(2.0"),
    "digitize": (lambda x: ops.digitize(x, np.float32(1.0)), "np.array(1.0"),
    "isin": (lambda x: ops.isin(np.int32(2), x), "np.array(2"),
    "bitwise_and": (
        lambda x: ops.bitwise_and(ops.cast(x, "int32"), np.int32(3)),
        "np.array(3",
    ),
    "take": (lambda x: ops.take(np.float32(3.0), ops.cast(x, "int32")), "np.array(3.0"),
    # A plain number is fine here, and what people write.
    "maximum": (lambda x: ops.maximum(x, np.float32(0.5)), "ops.maximum(inputs, 0.5)"),
}


@pytest.mark.parametrize("name", CASES)
def test_number_is_an_array_where_it_has_to_be(name: str, tmp_path: Path):
    make, text = CASES[name]
    inputs = keras.Input((4,), name="x")
    model = keras.Model(inputs, make(inputs), name="model")
    assert text in source_of(model)
    assert_proved(model, tmp_path)


def test_dtype_is_that_of_the_result():
    inputs = keras.Input((4,), dtype="float16", name="x")
    outputs = ops.sqrt(ops.hypot(inputs, np.float16(2.0)))
    model = keras.Model(inputs, outputs, name="model")
    assert 'np.array(2.0, dtype="float16")' in source_of(model)
