"""Whatever flags a model's layers have, the rebuilt model's have the same."""

import random
from collections.abc import Iterator

import keras
import pytest
from keras import layers

from kerascodegen.graph.model import Freeze, GraphKind
from kerascodegen.passes.freezing import MIN_RUN, decide_freezing
from tests import roundtrip
from tests.support import (
    call,
    input_operation,
    layer,
    make_context,
    make_graph,
    rebuild,
    source_of,
)


def flags(model: keras.Model) -> list[tuple[str, bool]]:
    """Every flag of a model, down into nested models and wrappers."""
    return [("model", model.trainable), *_flags_inside(model)]


def _flags_inside(outer: keras.Layer) -> Iterator[tuple[str, bool]]:
    for inner in outer._flatten_layers(include_self=False, recursive=False):
        if not isinstance(inner, layers.InputLayer):
            yield (inner.name, inner.trainable)
            yield from _flags_inside(inner)


def stack(generator: random.Random, depth: int, name: str) -> Iterator[keras.Layer]:
    """Layers of all kinds that hold others, in random order."""
    for index in range(generator.randrange(1, 8)):
        own = f"{name}_{index}"
        kind = generator.randrange(9)
        if kind == 0 and depth:
            made = [keras.Input(shape=(4,)), *stack(generator, depth - 1, own)]
            yield keras.Sequential(made, name=own)
        elif kind == 1 and depth:
            yield functional(generator, depth - 1, own)
        elif kind == 2:
            yield layers.SpectralNormalization(layers.Dense(4), name=own)
        elif kind == 3:
            yield layers.BatchNormalization(name=own)
        elif kind == 4:
            yield layers.Dropout(0.5, name=own)
        else:
            yield layers.Dense(4, name=own)


def functional(generator: random.Random, depth: int, name: str) -> keras.Model:
    x = inputs = keras.Input(shape=(4,), name=f"{name}_in")
    for made in stack(generator, depth, name):
        x = made(x)
        if generator.random() < 0.2:
            x = x * 2.0
    # Input layers stand among the others, and have no flag of their own.
    if depth == 2 and generator.random() < 0.3:
        more = keras.Input(shape=(4,), name=f"{name}_more")
        outputs = layers.Add(name=f"{name}_sum")([x, more])
        return keras.Model([inputs, more], outputs, name=name)
    return keras.Model(inputs, x, name=name)


def set_flags(generator: random.Random, model: keras.Model) -> None:
    """Set flags as people do: all, a slice, single ones, deep ones, in any order."""
    everything = model._flatten_layers(include_self=False)
    for _ in range(generator.randrange(1, 4)):
        action = generator.randrange(5)
        wanted = generator.random() < 0.4
        if action == 0:
            model.trainable = wanted
        elif action == 1:
            start = generator.randrange(len(model.layers) + 1)
            for made in model.layers[start:] if wanted else model.layers[:start]:
                made.trainable = generator.random() < 0.1 or wanted
        elif action == 2:
            generator.choice(everything).trainable = wanted
        elif action == 3:
            for made in generator.sample(everything, len(everything) // 2):
                made.trainable = wanted
        else:
            # The model's own flag without its layers'.
            model._trainable = wanted


@pytest.mark.parametrize("seed", range(40))
def test_random_flags_of_a_functional(seed: int):
    generator = random.Random(seed)
    model = functional(generator, 2, "model")
    set_flags(generator, model)
    rebuilt = rebuild(model)
    assert flags(rebuilt) == flags(model), source_of(model)
    roundtrip.assert_same_model(model, rebuilt)


@pytest.mark.parametrize("seed", range(40, 65))
def test_random_flags_of_a_sequential(seed: int):
    generator = random.Random(seed)
    made = [keras.Input(shape=(4,), name="in"), *stack(generator, 1, "model")]
    model = keras.Sequential(made, name="model")
    set_flags(generator, model)
    rebuilt = rebuild(model)
    # The Functional that is written has the same layers.
    assert flags(rebuilt) == flags(model), source_of(model)


@pytest.mark.parametrize("seed", range(65, 75))
def test_random_flags_of_wrappers(seed: int):
    generator = random.Random(seed)
    x = inputs = keras.Input(shape=(6, 4), name="in")
    base = keras.Sequential(
        [
            keras.Input(shape=(4,)),
            layers.Dense(4, name="d1"),
            layers.Dense(4, name="d2"),
        ],
        name="base",
    )
    x = layers.TimeDistributed(base, name="each")(x)
    both = layers.Bidirectional(layers.LSTM(2, return_sequences=True), name="both")
    x = both(x)
    x = layers.RNN([layers.GRUCell(3), layers.LSTMCell(2)], name="cells")(x)
    model = keras.Model(inputs, layers.Dense(2, name="head")(x), name="model")
    parts = [
        *model.layers[1:],
        base,
        *base.layers,
        both.forward_layer,
        both.backward_layer,
    ]
    for part in generator.sample(parts, 3):
        part.trainable = generator.random() < 0.3
    rebuilt = rebuild(model)
    roundtrip.assert_same_model(model, rebuilt)
    counts = [len(m.trainable_weights) for m in (model, rebuilt)]
    assert counts[0] == counts[1], source_of(model)


def planned(pattern: str, *, trainable: bool = True, kind: str = "functional"):
    """Decide on layers given as text: `i` input, `1` trainable, `0` not, `o` an op."""
    operations = []
    for index, flag in enumerate(pattern):
        if flag == "i":
            operations.append(input_operation(f"n{index}", 4))
        else:
            operations.append(layer(f"n{index}", trainable=flag == "1"))
    nodes = [call(o.name, "n0") for o in operations if "batch_shape" not in o.config]
    graph = make_graph(
        operations, nodes, None, trainable=trainable, kind=GraphKind(kind)
    )
    return decide_freezing(graph, make_context()).decisions


@pytest.mark.parametrize(
    ("pattern", "trainable", "freezes"),
    [
        ("i1111", True, ()),
        ("i0001", True, ()),
        ("i00001", True, (Freeze(0, 5, False),)),
        ("i100001", True, (Freeze(2, 6, False),)),
        ("i00000", True, (Freeze(0, 6, False),)),
        ("i00000", False, (Freeze(None, None, False),)),
        ("i00011", False, (Freeze(None, None, False), Freeze(4, 6, True))),
        ("i001100", False, (Freeze(None, None, False), Freeze(3, 5, True))),
        ("i0101", False, ()),
        ("i00001000010", True, ()),
        ("i11111", False, (Freeze(None, None, False), Freeze(0, 6, True))),
        ("i", False, ()),
        ("i000i01", True, (Freeze(0, 6, False),)),
    ],
)
def test_plan(pattern: str, trainable: bool, freezes: tuple[Freeze, ...]):
    decisions = planned(pattern, trainable=trainable)
    assert decisions.freezes == freezes
    assert bool(decisions.frozen) == bool(freezes)


def test_short_runs_carry_their_own_flags():
    assert planned("i" + "0" * (MIN_RUN - 1) + "1").freezes == ()


def test_sequential_does_not_count_its_input():
    decisions = planned("i00001", kind="sequential")
    assert decisions.freezes == (Freeze(0, 4, False),)
    assert decisions.frozen == {"n1", "n2", "n3", "n4"}


def test_slices_count_from_the_nearer_end():
    x = inputs = keras.Input(shape=(4,), name="in")
    for index in range(12):
        x = layers.Dense(4, name=f"d{index}", trainable=index >= 10)(x)
    assert "in model.layers[:-2]:" in source_of(keras.Model(inputs, x, name="model"))
