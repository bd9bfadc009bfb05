"""Read a model and say what there is to say about it."""

from __future__ import annotations

from collections.abc import Iterator

from kerascodegen.catalog.lookup import find_class
from kerascodegen.errors import NoGraphError, UntraceableError
from kerascodegen.explain.doubles import find_doubles
from kerascodegen.explain.inputs import find_missing_input, find_unused_inputs
from kerascodegen.explain.masks import find_lost_masks
from kerascodegen.explain.old import explain_old
from kerascodegen.explain.report import Explanation, Finding, Verdict
from kerascodegen.explain.special import special_layers
from kerascodegen.explain.styles import judge_styles
from kerascodegen.explain.trainable import find_contradictions
from kerascodegen.graph.model import Graph, GraphKind, OperationKind, tensor_refs
from kerascodegen.graph.shapes import model_parameter_count
from kerascodegen.graph.straight import names, shown
from kerascodegen.graph.traverse import input_order
from kerascodegen.options import Options
from kerascodegen.passes.auto_masks import drop_auto_masks
from kerascodegen.passes.base import PassContext, run_pass
from kerascodegen.passes.call_noise import drop_call_noise
from kerascodegen.pipeline import load_graph
from kerascodegen.readers.keras2.context import all_refusals


def explain_model(model: object, options: Options) -> Explanation:
    """Explain a model.

    Args:
        model: A path, a `package.module:attr` text or a live model.
        options: What the user asked for.

    Returns:
        What there is to say; also about a model that no source can be written for
        since its forward pass is code.

    Raises:
        CodegenError: The model cannot be read.
    """
    try:
        with all_refusals():
            graph = load_graph(model, options)
    except UntraceableError as error:
        return _untraceable(str(error))
    except NoGraphError as error:
        return _without_graph(str(error))
    if graph.kind is GraphKind.CUSTOM:
        said = " ".join(remark.message for remark in graph.remarks)
        return _without_graph(f"{shown(graph.name)} {said}")
    old = None if graph.rescue is None else explain_old(graph, model, options)
    context = PassContext(options)
    for pass_ in (drop_call_noise, drop_auto_masks):
        graph = run_pass(graph, pass_, context)
    return Explanation(
        name=graph.name,
        kind=_kind(graph),
        summary=_summary(graph),
        verdicts=judge_styles(graph),
        findings=tuple(_findings(graph)),
        old=old,
    )


def _findings(graph: Graph) -> Iterator[Finding]:
    yield from find_missing_input(graph)
    yield from find_unused_inputs(graph)
    yield from find_doubles(graph)
    yield from find_lost_masks(graph)
    yield from find_contradictions(graph)


def _summary(graph: Graph) -> str:
    layers = [o for o in graph.operations if o.kind is not OperationKind.OP]
    # A Sequential does not count its input layer among its layers.
    if graph.kind is GraphKind.SEQUENTIAL:
        layers = [o for o in layers if o.kind is not OperationKind.INPUT]
    text = f"{shown(graph.name)} is a {_kind(graph)} model"
    if graph.traced:
        text += ", whose forward pass makes a graph"
    text += f" of {_count(len(layers), 'layer')}"
    parameters = model_parameter_count(graph) if graph.inputs is not None else None
    if parameters is not None:
        text += f" and {parameters:,} parameters"
    inputs = len(input_order(graph))
    outputs = sum(1 for _ in tensor_refs(graph.outputs))
    if inputs:
        text += f", with {_count(inputs, 'input')} and {_count(outputs, 'output')}"
    nested = [o.name for o in graph.operations if o.graph is not None]
    if nested:
        text += f". Nested models: {names(nested)}"
    refused = {r.where for r in graph.rescue.refusals} if graph.rescue else set()
    custom = [
        o.name
        for o in layers
        if o.kind is OperationKind.LAYER
        and find_class(o.cls.path) is None
        and o.name not in refused
    ]
    if custom:
        text += f". Custom layers: {names(custom)}"
    for what, found in special_layers(graph):
        text += f". {what}: {names(found)}"
    return f"{text}."


def _kind(graph: Graph) -> str:
    if graph.traced:
        return "subclassed"
    return "Sequential" if graph.kind is GraphKind.SEQUENTIAL else "Functional"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _untraceable(reason: str) -> Explanation:
    return Explanation(
        name="",
        kind="subclassed",
        summary="This is a subclassed model: its forward pass is Python code.",
        verdicts=(
            Verdict("sequential", "no", "what is no graph is no straight line either."),
            Verdict("functional", "no", reason),
            Verdict("subclassing", "yes", "that is what it is."),
        ),
        findings=(),
    )


def _without_graph(reason: str) -> Explanation:
    return Explanation(
        name="",
        kind="subclassed",
        summary=reason,
        verdicts=(
            Verdict(
                "sequential",
                "perhaps",
                "only if call() does no more than hand one tensor from layer to layer.",
            ),
            Verdict(
                "functional",
                "perhaps",
                "if call() does not decide anything by the values of tensors: make a "
                "keras.Input for each argument, call the model's layers on them, and "
                "give both ends to keras.Model.",
            ),
            Verdict(
                "subclassing",
                "yes",
                "that is what it is: the forward pass is Python code.",
            ),
        ),
        findings=(),
    )
