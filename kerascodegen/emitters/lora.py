"""Set again what some layers with LoRA forget when they are built."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.emitters.source import Statement
from kerascodegen.graph.model import ClassRef, Config, Graph, ObjectSpec, OperationKind
from kerascodegen.literals import number, string

# Their `build` calls `enable_lora(self.lora_rank)`, which makes `lora_alpha` the same;
# that of EinsumDense and of convolutions passes it on.
_FORGETFUL = frozenset(
    {
        "keras.layers.Dense",
        "keras.layers.Embedding",
        "keras.layers.ReversibleEmbedding",
    }
)


def lora_statements(graph: Graph, model: str) -> Iterator[Statement]:
    """Write the scale of LoRA updates where building a layer loses it.

    Args:
        graph: The graph; layers of nested models are their own function's business.
        model: The model's variable.

    Yields:
        Assignments for behind the model's construction.
    """
    above = "Dense and Embedding set it to lora_rank when they are built."
    for operation in graph.operations:
        if operation.kind is not OperationKind.LAYER:
            continue
        layer = f"{model}.get_layer({string(operation.name)})"
        for path, alpha in _scales(operation.cls, operation.config):
            yield Statement(number(alpha), f"{layer}{path}.lora_alpha", above=above)
            above = ""


def _scales(cls: ClassRef, config: Config) -> Iterator[tuple[str, int | float]]:
    """Find a layer's own scale, or that of the layer inside a wrapper."""
    rank, alpha = config.get("lora_rank"), config.get("lora_alpha")
    is_scale = isinstance(alpha, int | float) and alpha != rank
    if cls.path in _FORGETFUL and isinstance(rank, int) and rank > 0 and is_scale:
        assert isinstance(alpha, int | float)
        yield "", alpha
    inner = config.get("layer")
    if isinstance(inner, ObjectSpec) and inner.graph is None:
        for path, scale in _scales(inner.cls, inner.config):
            yield f".layer{path}", scale
