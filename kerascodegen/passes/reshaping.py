"""What the user wants instead of the model as it is: flat, cut short, a Sequential."""

from __future__ import annotations

from collections.abc import Mapping

from kerascodegen.errors import OptionError
from kerascodegen.graph.check import check_pass_graph
from kerascodegen.graph.model import Graph, Value
from kerascodegen.passes.as_sequential import as_sequential
from kerascodegen.passes.auto_masks import drop_auto_masks
from kerascodegen.passes.base import PassContext
from kerascodegen.passes.flatten import flatten_models
from kerascodegen.passes.submodel import cut_submodel


def reshape(graph: Graph, context: PassContext) -> Graph:
    """Flatten, cut and straighten the outermost graph, as far as options say so.

    Args:
        graph: The outermost graph, Functional, behind the passes that drop what Keras
            recorded by itself.
        context: The options, and where to report.

    Returns:
        The graph to write, with no decision made on it but how its weights are moved.

    Raises:
        OptionError: There is no layer of the name given, or there are several models.
        UnsupportedModelError: The model is no straight line and is to be a Sequential.
    """
    options = context.options
    if graph.members and (
        options.flatten or options.submodel is not None or options.style == "sequential"
    ):
        raise OptionError(
            "--flatten, --submodel and --style sequential are for one model; several "
            "were given."
        )
    inner: Mapping[str, Value] = {}
    if options.flatten:
        flattened = flatten_models(graph, context)
        # A mask that a nested model was given as an input reaches its layers now.
        graph = drop_auto_masks(flattened.graph, context)
        inner = flattened.results
        check_pass_graph(graph, "flatten")
    if options.submodel is not None:
        graph = cut_submodel(graph, inner, options.submodel, context)
        check_pass_graph(graph, "submodel")
    if options.style == "sequential":
        graph = as_sequential(graph, context)
        check_pass_graph(graph, "as_sequential")
    return graph
