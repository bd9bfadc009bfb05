"""See through blocks that are layers of the source's own.

The source is run once more with its blocks dissolved: what they call stands in the
model itself then, and is compared with the original call by call. Which layer of the
original has which place inside a block is found by following both models from their
outputs back, not by names.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kerascodegen.options import Options
from kerascodegen.verify.flat import FlatWalk
from kerascodegen.verify.original import Original
from kerascodegen.verify.source import Rebuilt, fresh_names
from kerascodegen.verify.view import View, view_of
from kerascodegen.verify.walk import functional_of, is_layer, opened, walk_layers

_MOVED = "layers stand inside of blocks"


@dataclass(frozen=True, slots=True)
class _Blocks:
    """The classes of a source's blocks.

    Attributes:
        classes: The classes.
        model: What the source builds once they are dissolved.
        places: For each layer of that model that stands in a block, by its name there,
            the path in the model with blocks: `"conv2_block1/3"`.
    """

    classes: frozenset[type]
    model: Any
    places: Mapping[str, str]


@contextlib.contextmanager
def viewed(
    original: Original, options: Options, rebuilt: Rebuilt, graph: Any = None
) -> Iterator[View]:
    """See an original as a source writes it, with blocks or without.

    Args:
        original: The original, built.
        options: What the source was generated with.
        rebuilt: What the source gave.
        graph: The original as a graph, where its forward pass is code.

    Yields:
        The view; while it is in use, walks over layers go into blocks.
    """
    blocks = _find(original.model if graph is None else graph, rebuilt)
    if blocks is None:
        yield view_of(original, options, rebuilt.model, graph)
        return
    view = view_of(original, options, blocks.model, graph)
    with opened(blocks.classes):
        yield _through(view, blocks)


def _find(original: Any, rebuilt: Rebuilt) -> _Blocks | None:
    """Find the blocks of a source: layers of its own that the original has not.

    Written by hand they may be anything; what cannot be dissolved is no block.
    """
    import keras

    known = {type(layer).__name__ for layer in walk_layers(original)}
    used = {type(layer) for layer in walk_layers(rebuilt.model)}
    classes = frozenset(
        cls
        for name, cls in vars(rebuilt.module).items()
        if isinstance(cls, type)
        and cls.__bases__ == (keras.layers.Layer,)
        and cls.__module__ == rebuilt.module.__name__
        and name not in known
    )
    if not classes & used or functional_of(original) is None:
        return None
    places: dict[str, str] = {}
    with fresh_names(), _dissolved(classes, places):
        try:
            flat = rebuilt.module.build_model()
        except Exception:
            return None
    return _Blocks(classes, flat, places)


@contextlib.contextmanager
def _dissolved(classes: frozenset[type], places: dict[str, str]) -> Iterator[None]:
    """Let calls of blocks be the calls that they make."""

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        for index, layer in enumerate(self._layers):
            # In one model no two layers have one name. PyTorch allows no dot in it.
            layer.name = f"{self.name}:inner:{index}"
            places[layer.name] = f"{places.get(self.name, self.name)}/{index}"
        return self.call(*args, **kwargs)

    for cls in classes:
        type.__setattr__(cls, "__call__", call)
    try:
        yield
    finally:
        for cls in classes:
            type.__delattr__(cls, "__call__")


def _through(view: View, blocks: _Blocks) -> View:
    """The view with the place in the rebuilt model of each layer of the original."""
    flat = view.names or {}
    nested = view.names is not None
    pairs = dict(_pairs(view.original.model, blocks.model, nested=nested))
    places = {
        "/".join(path): blocks.places.get(layer.name, layer.name)
        for path, layer in pairs.items()
    }
    for path, layer in pairs.items():
        text = "/".join(path)
        layer.name = flat.get(text, path[-1])
    names = {**flat, **places}
    return replace(
        view,
        names=names,
        flat_names=view.names,
        moved=view.moved or _MOVED,
        dissolved=blocks.model,
    )


def _pairs(
    original: Any, model: Any, *, nested: bool
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Follow two models from their outputs back, and pair the layers on the way."""
    kept = {op.name for op in functional_of(model).operations}  # type: ignore[union-attr]

    def stays(path: tuple[str, ...]) -> bool:
        return not nested or any("_".join(path[i:]) in kept for i in range(len(path)))

    left = FlatWalk(original, stays, "/".join)
    right = FlatWalk(model, lambda path: True, "/".join)
    pending = list(zip(left.ends, right.ends, strict=False))
    seen: set[tuple[int, int]] = set()
    while pending:
        old, new = pending.pop()
        if old.key in seen:
            continue
        seen.add(old.key)
        was, now = old.node.operation, new.node.operation
        if type(was).__name__ != type(now).__name__:
            continue
        if is_layer(was):
            yield (*old.frame.path, was.name), now
        pairs = zip(left.sources(old), right.sources(new), strict=False)
        pending.extend((one, other) for (_, one), (_, other) in pairs)
