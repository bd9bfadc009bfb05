"""Rules for attention."""

from __future__ import annotations

from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import layer_rule


@layer_rule("MultiHeadAttention")
def shapes_of_build(item: Item) -> None:
    """Shapes that the layer was built with (attention/multi_head_attention.py).

    Keras 3 takes them from the calls. `softmax_robust_masking` is how it always is.
    `build` also wrote the axes down that attention runs over unless told otherwise.
    """
    shape, axes = item.config.get("query_shape"), item.config.get("attention_axes")
    if isinstance(shape, dict):
        shape = shape.get("items")
    if isinstance(shape, list) and axes == list(range(1, len(shape) - 1)):
        del item.config["attention_axes"]
    item.drop("query_shape", "key_shape", "value_shape", "softmax_robust_masking")
    item.changed("its shapes are those that it is called with")


@layer_rule("Attention")
def score_mode(item: Item) -> None:
    """`"dot"` is also the name of a function (attention/attention.py, since 2.8)."""
    if item.config.get("score_mode") == "dot":
        item.changed('score_mode "dot" is a word, and the default')


@layer_rule("Attention", "AdditiveAttention")
def causal(item: Item) -> None:
    """`causal=True` until TensorFlow 2.10 is `use_causal_mask=True` of the call."""
    if item.config.pop("causal", False):
        item.calls["use_causal_mask"] = True
        item.changed("causal=True becomes use_causal_mask=True of each call")
