"""Pooling over windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import rule
from kerascodegen.readers.keras2.tfops.rules.convolutions import (
    channels,
    padding_of,
    spatial,
)


def pooled(
    c: Context,
    name: str,
    x: Any,
    ksize: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
) -> Expr:
    """Write a pooling over windows."""
    value, layout = c.tensor(x), channels(data_format)
    rank = c.rank(value) - 2
    window = spatial(c, ksize, rank, layout, "ksize")
    steps = spatial(c, strides, rank, layout, "strides")
    how = padding_of(padding)
    return op(name, value, window, strides=steps, padding=how, data_format=layout)


def _pool_rule(name: str, default: Any) -> Callable[..., Expr]:
    def apply(
        c: Context,
        input: Any,
        ksize: Any,
        strides: Any,
        padding: Any,
        data_format: Any = default,
    ) -> Expr:
        return pooled(c, name, input, ksize, strides, padding, data_format)

    return apply


def _pool_rule_v1(name: str) -> Callable[..., Expr]:
    def apply(
        c: Context,
        value: Any,
        ksize: Any,
        strides: Any,
        padding: Any,
        data_format: Any = "NHWC",
        input: Any = None,
    ) -> Expr:
        x = value if input is None else input
        return pooled(c, name, x, ksize, strides, padding, data_format)

    return apply


for _short, _long in (("max", "max_pool"), ("avg", "average_pool")):
    for _rank, _format in (("", None), ("1d", "NWC"), ("2d", "NHWC"), ("3d", "NDHWC")):
        rule(f"nn.{_short}_pool{_rank}")(_pool_rule(_long, _format))
    rule(f"compat.v1.nn.{_short}_pool")(_pool_rule_v1(_long))


@rule("nn.pool")
def _pool(
    c: Context,
    input: Any,
    window_shape: Any,
    pooling_type: Any,
    strides: Any = None,
    padding: Any = "VALID",
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    return any_pool(
        c, input, window_shape, pooling_type, strides, padding, data_format, dilations
    )


@rule("compat.v1.nn.pool")
def _pool_v1(
    c: Context,
    input: Any,
    window_shape: Any,
    pooling_type: Any,
    padding: Any,
    dilation_rate: Any = None,
    strides: Any = None,
    data_format: Any = None,
    dilations: Any = None,
) -> Expr:
    rates = dilation_rate if dilations is None else dilations
    return any_pool(
        c, input, window_shape, pooling_type, strides, padding, data_format, rates
    )


def any_pool(
    c: Context,
    x: Any,
    window: Any,
    kind: Any,
    strides: Any,
    padding: Any,
    data_format: Any,
    dilations: Any,
) -> Expr:
    """A pooling that says its kind; dilated ones have no equal."""
    if dilations is not None and any(rate != 1 for rate in c.ints(dilations)):
        raise UntranslatableError("Keras has no dilated pooling")
    name = {"MAX": "max_pool", "AVG": "average_pool"}.get(str(kind))
    if name is None:
        raise UntranslatableError("its pooling_type is not known")
    return pooled(c, name, x, window, strides, padding, data_format)
