"""`tf.keras.backend`, of which only these functions are recorded by themselves.

The others are made of functions of TensorFlow, which are recorded in their place.
"""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.dims import product
from kerascodegen.readers.keras2.tfops.expr import Expr, UntranslatableError, op
from kerascodegen.readers.keras2.tfops.registry import rule
from kerascodegen.readers.keras2.tfops.rules.shapes import reshaped


@rule("keras.backend.batch_flatten")
def _batch_flatten(c: Context, x: Any) -> Expr:
    return reshaped(c, c.tensor(x), (-1, product(c.shape(c.tensor(x))[1:])))


@rule("keras.backend.cast_to_floatx")
def _cast_to_floatx(c: Context, x: Any) -> Expr:
    return op("cast", c.tensor(x), "float32")


@rule("keras.backend.categorical_crossentropy")
def _categorical(
    c: Context, target: Any, output: Any, from_logits: Any = False, axis: Any = -1
) -> Expr:
    z, x = c.pair(target, output)
    at = c.integer(axis, "an axis")
    return op("categorical_crossentropy", z, x, c.flag(from_logits), at)


@rule("keras.backend.sparse_categorical_crossentropy")
def _sparse_categorical(
    c: Context,
    target: Any,
    output: Any,
    from_logits: Any = False,
    axis: Any = -1,
    ignore_class: Any = None,
) -> Expr:
    if ignore_class is not None:
        raise UntranslatableError("Keras has no function that ignores a class")
    z, x = c.tensor(target), c.tensor(output)
    at = c.integer(axis, "an axis")
    return op("sparse_categorical_crossentropy", z, x, c.flag(from_logits), at)


@rule("keras.backend.binary_crossentropy")
def _binary(c: Context, target: Any, output: Any, from_logits: Any = False) -> Expr:
    z, x = c.pair(target, output)
    return op("binary_crossentropy", z, x, c.flag(from_logits))


@rule("debugging.check_numerics", "compat.v1.check_numerics")
def _check_numerics(c: Context, tensor: Any, message: Any) -> Expr:
    return c.tensor(tensor)  # type: ignore[no-any-return]
