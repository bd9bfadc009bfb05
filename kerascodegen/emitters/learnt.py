"""Give layers what they learnt by `adapt`, which their constructor does not take."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.emitters.source import Statement
from kerascodegen.emitters.values import Renderer
from kerascodegen.graph.model import Argument, ObjectSpec, Operation

_TF_IDF = frozenset({"tf_idf", "tf-idf"})


def learnt_statements(
    layer: str, operation: Operation | ObjectSpec, renderer: Renderer
) -> Iterator[Statement]:
    """Write the call that sets a learnt vocabulary.

    `vocabulary=` in the constructor would be another model: Keras writes such a list
    into the config, and the layer can never be adapted again.

    Args:
        layer: The layer's variable.
        operation: The layer.
        renderer: Renders the vocabulary, or how it is loaded.

    Yields:
        A statement for behind the construction; none where nothing was learnt.
    """
    if isinstance(operation, ObjectSpec) or operation.vocabulary is None:
        return
    words = Argument("vocabulary", operation.learnt, positional=True)
    text = renderer.call(f"{layer}.set_vocabulary", [words])
    if operation.config.get("output_mode") not in _TF_IDF:
        yield Statement(text)
        return
    # Keras asks for some; it keeps the real ones among the weights.
    weights = f"idf_weights=[1.0] * {len(operation.vocabulary)}"
    yield Statement(
        f"{text.removesuffix(')')}, {weights})",
        above="The idf_weights come with load_weights, like all weights.",
    )
