"""Losses of `tf.nn`, one value a row."""

from __future__ import annotations

from typing import Any

from kerascodegen.readers.keras2.tfops.context import Context
from kerascodegen.readers.keras2.tfops.expr import (
    Expr,
    UntranslatableError,
    op,
)
from kerascodegen.readers.keras2.tfops.registry import rule


@rule("nn.l2_loss")
def _l2_loss(c: Context, t: Any) -> Expr:
    return op("true_divide", op("sum", op("square", c.tensor(t))), 2.0)


@rule("nn.sigmoid_cross_entropy_with_logits")
def _sigmoid_loss(c: Context, labels: Any = None, logits: Any = None) -> Expr:
    return sigmoid_loss(c, labels, logits)


@rule("compat.v1.nn.sigmoid_cross_entropy_with_logits")
def _sigmoid_loss_v1(c: Context, labels: Any = None, logits: Any = None) -> Expr:
    return sigmoid_loss(c, labels, logits)


def sigmoid_loss(c: Context, labels: Any, logits: Any) -> Expr:
    """`max(x, 0) - x * z + log(1 + exp(-|x|))`."""
    z, x = c.pair(labels, logits)
    linear = op("subtract", op("relu", x), op("multiply", x, z))
    return op("add", linear, op("log1p", op("exp", op("negative", op("abs", x)))))


@rule("nn.softmax_cross_entropy_with_logits")
def _softmax_loss(c: Context, labels: Any, logits: Any, axis: Any = -1) -> Expr:
    return softmax_loss(c, labels, logits, axis)


@rule("compat.v1.nn.softmax_cross_entropy_with_logits")
def _softmax_loss_v1(
    c: Context, labels: Any = None, logits: Any = None, dim: Any = -1, axis: Any = None
) -> Expr:
    return softmax_loss(c, labels, logits, dim if axis is None else axis)


@rule("compat.v1.nn.softmax_cross_entropy_with_logits_v2")
def _softmax_loss_v2(
    c: Context, labels: Any, logits: Any, axis: Any = None, dim: Any = None
) -> Expr:
    at = axis if axis is not None else dim
    return softmax_loss(c, labels, logits, -1 if at is None else at)


def softmax_loss(c: Context, labels: Any, logits: Any, axis: Any) -> Expr:
    """Cross entropy of each row; Keras' own function also normalises the labels."""
    z, x = c.pair(labels, logits)
    at = c.integer(axis, "an axis")
    products = op("multiply", z, op("log_softmax", x, axis=at))
    return op("negative", op("sum", products, axis=at))


@rule("nn.sparse_softmax_cross_entropy_with_logits")
def _sparse_loss(c: Context, labels: Any, logits: Any) -> Expr:
    return sparse_loss(c, labels, logits)


@rule("compat.v1.nn.sparse_softmax_cross_entropy_with_logits")
def _sparse_loss_v1(c: Context, labels: Any = None, logits: Any = None) -> Expr:
    return sparse_loss(c, labels, logits)


def sparse_loss(c: Context, labels: Any, logits: Any) -> Expr:
    """Cross entropy of each row by the number of its class."""
    z, x = c.tensor(labels), c.tensor(logits)
    return op("sparse_categorical_crossentropy", z, x, from_logits=True)


@rule("nn.weighted_cross_entropy_with_logits")
def _weighted_loss(c: Context, labels: Any, logits: Any, pos_weight: Any) -> Expr:
    z, x = c.pair(labels, logits)
    weight = c.tensor(pos_weight, x)
    factor = op("add", 1, op("multiply", op("subtract", weight, 1), z))
    tail = op("log1p", op("exp", op("negative", op("abs", x))))
    soft = op("add", tail, op("relu", op("negative", x)))
    return op(
        "add", op("multiply", op("subtract", 1, z), x), op("multiply", factor, soft)
    )


@rule("nn.log_poisson_loss")
def _poisson(
    c: Context, targets: Any, log_input: Any, compute_full_loss: Any = False
) -> Expr:
    if c.flag(compute_full_loss):
        raise UntranslatableError("Keras has no full Poisson loss")
    z, x = c.pair(targets, log_input)
    return op("subtract", op("exp", x), op("multiply", x, z))
