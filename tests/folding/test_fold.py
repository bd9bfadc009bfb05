"""Folding is exact: the folded program, expanded, is the flat one."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kerascodegen.emitters.blocks import BlocksEmitter
from kerascodegen.folding.expand import expand
from kerascodegen.folding.fold import fold
from kerascodegen.folding.lift import lift
from kerascodegen.folding.limits import Limits
from kerascodegen.folding.program import Loop
from kerascodegen.graph.model import (
    ClassRef,
    Graph,
    GraphKind,
    Node,
    Operation,
    OperationKind,
    TensorRef,
)
from kerascodegen.options import Options
from kerascodegen.passes.arguments import decide_arguments
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.order import decide_order

_CONFIGS = {
    "Dense": {"units": 8},
    "ReLU": {},
    "Dropout": {"rate": 0.5},
    "LayerNormalization": {},
}


class _Builder:
    """Makes a graph call by call."""

    def __init__(self) -> None:
        self.operations = [
            Operation(
                "features",
                OperationKind.INPUT,
                ClassRef("keras.layers", "InputLayer"),
                {"batch_shape": [None, 8]},
            )
        ]
        self.nodes: list[Node] = []

    def add(self, kind: str, inputs: Sequence[TensorRef], name: str) -> TensorRef:
        config = dict(_CONFIGS.get(kind, {}))
        if kind == "Dense":
            config["units"] = 8 + 8 * (len(self.nodes) % 3)
        cls = ClassRef("keras.layers", kind)
        self.operations.append(Operation(name, OperationKind.LAYER, cls, config))
        args = (list(inputs),) if kind in ("Add", "Concatenate") else tuple(inputs)
        self.nodes.append(Node(name, 0, args, {}))
        return TensorRef(name)

    def graph(self, output: TensorRef) -> Graph:
        graph = Graph(
            GraphKind.FUNCTIONAL,
            "random",
            True,
            TensorRef("features"),
            output,
            tuple(self.operations),
            tuple(self.nodes),
        )
        context = PassContext(Options())
        return decide_arguments(decide_order(graph, context), context)


# A motif is a few steps; a step takes the newest tensor, and merges take an older one.
_STEPS = st.lists(
    st.tuples(st.sampled_from([*_CONFIGS, "Add", "Concatenate"]), st.integers(1, 3)),
    min_size=1,
    max_size=6,
)


@st.composite
def _graphs(draw: st.DrawFn) -> Graph:
    """Graphs in which motifs come back, some of them with a step left out."""
    motifs = draw(st.lists(_STEPS, min_size=1, max_size=3))
    uses = draw(
        st.lists(
            st.tuples(st.integers(0, len(motifs) - 1), st.integers(-1, 5)),
            min_size=2,
            max_size=12,
        )
    )
    numbered = draw(st.booleans())
    builder = _Builder()
    made = [TensorRef("features")]
    count = 0
    for number, (which, without) in enumerate(uses):
        for index, (kind, back) in enumerate(motifs[which]):
            if index == without:
                continue
            count += 1
            name = f"layer_{count}" if numbered else f"block{number}_{kind}_{index}"
            inputs = [made[-1]]
            if kind in ("Add", "Concatenate"):
                inputs.append(made[max(0, len(made) - 1 - back)])
            made.append(builder.add(kind, inputs, name))
    return builder.graph(made[-1])


@settings(max_examples=150, deadline=None)
@given(_graphs())
def test_expanding_gives_the_flat_program(graph: Graph):
    flat = lift([graph])
    before = expand(flat)
    folded = fold(flat, Limits())
    assert expand(folded) == before
    # Folding works on a copy.
    assert expand(flat) == before


@settings(max_examples=60, deadline=None)
@given(_graphs())
def test_no_variable_is_rebound_too_early(graph: Graph):
    # The emitter checks what each name holds, and raises.
    module = BlocksEmitter().emit(graph, Options(style="blocks"))
    assert module.functions[-1].name == "build_model"


def _chain(count: int) -> Graph:
    builder = _Builder()
    x = TensorRef("features")
    for number in range(count):
        for kind in ("LayerNormalization", "ReLU", "Dropout"):
            x = builder.add(kind, [x], f"block{number}_{kind}")
    return builder.graph(x)


def test_a_long_chain_is_one_loop():
    folded = fold(lift([_chain(200)]), Limits())
    loops = [s for s in folded.mains[0].statements if isinstance(s, Loop)]
    assert len(loops) == len(folded.mains[0].statements) == 1


@pytest.mark.parametrize("limit", [3, 50])
def test_min_repeats(limit: int):
    builder = _Builder()
    x = TensorRef("features")
    for number in range(4):
        y = x
        for index, kind in enumerate(("Dense", "ReLU", "Dense", "Dropout")):
            y = builder.add(kind, [y], f"part{number}_{kind}_{index}")
        x = builder.add("Add", [x, y], f"part{number}_add")
        x = builder.add("Dense", [x], f"between_{'abcd'[number]}")
    folded = fold(lift([builder.graph(x)]), Limits(min_repeats=limit))
    assert bool(folded.blocks) == (limit == 3)
