"""Inputs that are missing, and inputs that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.explain.report import Finding
from kerascodegen.graph.model import Graph, TensorRef, tensor_refs
from kerascodegen.graph.straight import shown
from kerascodegen.graph.traverse import consumers, input_order


def find_missing_input(graph: Graph) -> Iterator[Finding]:
    """Find a Sequential that was never told the shape of its input.

    Args:
        graph: The outermost graph.

    Yields:
        One finding, or none.
    """
    if graph.inputs is not None:
        return
    first = graph.operations[0].name if graph.operations else ""
    yield Finding(
        "no-input",
        (first,) if first else (),
        f"{shown(graph.name)} has no Input and was never called, so no shape inside it "
        "is known: it has no weights yet, and summary() and save_weights() have "
        "nothing to show or save.",
        "Put keras.Input(shape=...) first in the list. To generate source without "
        "changing the model, give the shape of one sample: --input-shape 784, or "
        "--input-shape 28,28,1.",
    )


def find_unused_inputs(graph: Graph, prefix: str = "") -> Iterator[Finding]:
    """Find inputs that no layer takes, in nested models too.

    Args:
        graph: The graph.
        prefix: Where it stands.

    Yields:
        One finding for each such input.
    """
    takers = consumers(graph)
    returned = set(tensor_refs(graph.outputs))
    for name in input_order(graph):
        tensor = TensorRef(name)
        if tensor in takers or tensor in returned:
            continue
        where = f"{prefix}{name}"
        yield Finding(
            "unused-input",
            (where,),
            f"Nothing uses the input {shown(where)}. Keras still asks for it whenever "
            "the model is called, and then ignores it.",
            "Connect it, or leave it out of the inputs of keras.Model.",
        )
    for operation in graph.operations:
        if operation.graph is not None:
            inside = f"{prefix}{operation.name}/"
            yield from find_unused_inputs(operation.graph, inside)
