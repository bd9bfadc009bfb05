"""What a graph says of each tensor that blocks have to know: mask, shape and dtype."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kerascodegen.folding.program import Program
from kerascodegen.graph.model import Graph, TensorRef, TensorSpec, tensor_refs
from kerascodegen.graph.traverse import call_order, nodes_by_key
from kerascodegen.passes.mask_propagation import Propagation


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """Facts of one tensor.

    Attributes:
        spec: Shape and dtype, where known.
        masked: Whether Keras attaches a mask to it, or may.
    """

    spec: TensorSpec | None
    masked: bool


def tensor_facts(program: Program) -> dict[int, TensorFacts]:
    """Collect the facts of a model's tensors.

    Args:
        program: The flat program; the model is its last graph.

    Returns:
        Facts by the numbers that `expand` gives: inputs by negative ones, others from 0
        in the order of their making.
    """
    graph = program.graphs[-1]
    made = 0
    refs = program.tensors[-1]
    masked = _masked(graph)
    facts: dict[int, TensorFacts] = {}
    for statement in program.mains[-1].statements:
        for tensor in statement.outputs:
            facts[made] = _facts(graph, refs.get(tensor), masked)
            made += 1
    for ref in tensor_refs(graph.inputs):
        number = next(tensor for tensor, known in refs.items() if known == ref)
        facts[-number] = _facts(graph, ref, masked)
    return facts


def _facts(
    graph: Graph, ref: TensorRef | None, masked: frozenset[TensorRef]
) -> TensorFacts:
    if ref is None:
        return TensorFacts(None, bool(masked))
    return TensorFacts(graph.specs.get(ref), ref in masked)


def _masked(graph: Graph) -> frozenset[TensorRef]:
    """The tensors that carry a mask."""
    masks = Propagation(graph)
    masks.automatic()
    refs = set(_all_refs(graph))
    found = frozenset(ref for ref in refs if masks.attached(ref) is not None)
    if not found:
        return found
    # What custom code does with a mask is not known.
    return found | frozenset(ref for ref in refs if masks.is_unknown(ref))


def _all_refs(graph: Graph) -> Iterator[TensorRef]:
    yield from tensor_refs(graph.inputs)
    nodes = nodes_by_key(graph)
    for key in call_order(graph):
        yield from tensor_refs(nodes[key].result())
