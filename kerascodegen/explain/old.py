"""What Keras 3 would have made of an old model, what it became, and what is missing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from kerascodegen.catalog.lookup import find_class, find_function
from kerascodegen.errors import CodegenError, Level, printable
from kerascodegen.explain.old_report import Became, OldModel, OldThing, StandIn
from kerascodegen.graph.custom import InlinedCode, MissingCode
from kerascodegen.graph.model import (
    FunctionSpec,
    Graph,
    GraphKind,
    LambdaSpec,
    ObjectSpec,
    Operation,
    OperationKind,
    Value,
)
from kerascodegen.graph.rescue import Change, Refusal
from kerascodegen.options import Options
from kerascodegen.pipeline import run_passes
from kerascodegen.readers.keras2.verdicts import Outcome, rank, verdict_of

_COMPILE = "compile"
_LONG = 400


def explain_old(graph: Graph, model: object, options: Options) -> OldModel:
    """Explain what an older Keras wrote.

    Args:
        graph: The graph as it was read, which has `rescue`.
        model: What it was read from.
        options: What the user asked for.

    Returns:
        What there is to say.
    """
    assert graph.rescue is not None
    rescue = graph.rescue
    things = tuple(_things(rescue.changes, rescue.container))
    refused = {refusal.where for refusal in rescue.refusals}
    stand_ins = tuple(s for s in _stand_ins(graph, "") if s.layer not in refused)
    refusals = list(rescue.refusals)
    known = {name for s in stand_ins for name in (s.layer, s.layer.split("/")[-1])}
    warnings, failure = _warnings(graph, options, known)
    if failure is not None:
        refusals.append(failure)
    loads, verdict = _loads(graph, things, stand_ins)
    return OldModel(
        version=printable(rescue.version, 40),
        container=rescue.container,
        loads=loads,
        verdict=verdict,
        things=things,
        refusals=tuple(Became(found.reason, (found.where,)) for found in refusals),
        stand_ins=stand_ins,
        warnings=tuple(warnings),
        optimizer_state=rescue.optimizer_state,
        next_steps=tuple(_next_steps(rescue.container, model, refusals, stand_ins)),
    )


def _things(changes: tuple[Change, ...], container: str) -> Iterator[OldThing]:
    """Group changes by rule and outcome, and in a group by what things became."""
    groups: dict[tuple[str, Outcome, str], dict[str, dict[str, None]]] = {}
    for change in changes:
        verdict = verdict_of(change, container)
        key = (change.rule, verdict.outcome, verdict.says)
        layers = groups.setdefault(key, {}).setdefault(change.what, {})
        layers[change.where] = None
    outcomes = list(Outcome)
    for key in sorted(groups, key=lambda k: (outcomes.index(k[1]), rank(k[0]))):
        rule, outcome, says = key
        became = (Became(what, tuple(found)) for what, found in groups[key].items())
        yield OldThing(rule, outcome.value, says, tuple(became))


def _loads(
    graph: Graph, things: tuple[OldThing, ...], stand_ins: tuple[StandIn, ...]
) -> tuple[str, str]:
    """Say whether Keras 3 would have loaded the model."""
    assert graph.rescue is not None
    container = graph.rescue.container
    kinds = {thing.outcome for thing in things}
    if container == "json":
        return "no", (
            "Keras 3 does not load it, nor any other JSON of Keras 2: it does not find "
            "the model's class, for which the JSON names no module."
        )
    if container == "keras" and graph.kind is not GraphKind.SEQUENTIAL:
        return "no", (
            "Keras 3 does not load it, nor any other Functional model in a .keras file "
            "of Keras 2: it does not find the model's class."
        )
    saved = "Saved as .h5, " if container == "tf_keras" else ""
    if "refused" in kinds or graph.rescue.refusals:
        return "no", f"{saved}Keras 3 does not load it."
    if stand_ins:
        return "no", (
            f"{saved}Keras 3 does not load it, unless it is given the custom code that "
            "stand-ins are written for (custom_objects)."
        )
    if "other" in kinds:
        return "differently", f"{saved}Keras 3 loads it, but not as what it was."
    return "yes", f"{saved}Keras 3 would have loaded it as it is."


def _warnings(
    graph: Graph, options: Options, known: set[str]
) -> tuple[list[str], Refusal | None]:
    """What `generate` would warn of, and the error that it would end with."""
    assert graph.rescue is not None
    found, failure = list(graph.remarks), None
    if not graph.rescue.refusals:
        try:
            found = list(run_passes(graph, options)[1].diagnostics)
        except CodegenError as error:
            failure = Refusal("", str(error))
    said = [
        f"{remark.where}: {remark.message}" if remark.where else remark.message
        for remark in found
        if remark.level is Level.WARNING and remark.where not in known
    ]
    return [printable(text, _LONG) for text in said], failure


def _stand_ins(graph: Graph, prefix: str) -> Iterator[StandIn]:
    for operation in graph.operations:
        where = f"{prefix}{printable(operation.name, 60)}"
        if operation.graph is not None:
            yield from _stand_ins(operation.graph, f"{where}/")
        elif operation.kind is not OperationKind.OP:
            yield from _of_class(operation, where)
            yield from _of_values(dict(operation.config), where)
    if graph.compile_config is not None:
        yield from _of_values(dict(graph.compile_config), _COMPILE)


def _of_class(value: Operation | ObjectSpec, where: str) -> Iterator[StandIn]:
    cls = value.cls
    if isinstance(cls.code, MissingCode):
        reason = cls.code.reason
        yield StandIn(where, reason, "Write a layer that does it.")
    elif cls.code is None and find_class(cls.path) is None:
        name = printable(cls.registered or cls.name, 60)
        yield StandIn(where, f"the custom class {name}", _import_it(name))


def _of_values(value: Value, where: str) -> Iterator[StandIn]:
    if isinstance(value, list):
        for item in value:
            yield from _of_values(item, where)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _of_values(item, where)
    elif isinstance(value, ObjectSpec):
        if value.graph is not None:
            yield from _stand_ins(value.graph, f"{where}/")
            return
        yield from _of_class(value, where)
        yield from _of_values(dict(value.config), where)
    elif isinstance(value, LambdaSpec):
        option = shlex.quote(f"{where.rpartition('/')[2]}=lambda x: ...")
        what = f"a lambda, bytecode with the SHA-256 {value.sha256}, which is never run"
        if isinstance(value.code, MissingCode):
            what = f"a lambda that {value.code.reason}"
        yield StandIn(
            where,
            what,
            f"Give its source: --lambda {option}",
        )
    elif isinstance(value, FunctionSpec) and _is_missing(value):
        name = printable(value.registered or value.name, 60)
        yield StandIn(where, f"the custom function {name}", _import_it(name))


def _is_missing(value: FunctionSpec) -> bool:
    known = find_function(value.module, value.name) is not None
    return not known and not isinstance(value.code, InlinedCode)


def _import_it(name: str) -> str:
    own = name.rpartition(">")[2]
    option = shlex.quote(f"{name}=your_module:{own}")
    return f"Say where it is: --custom-object {option}"


def _next_steps(
    container: str,
    model: object,
    refusals: list[Refusal],
    stand_ins: tuple[StandIn, ...],
) -> Iterator[str]:
    path = shlex.quote(printable(model)) if isinstance(model, str | Path) else "MODEL"
    if refusals:
        yield (
            "Change what cannot be kept in the code that made the model, and save it "
            "again."
        )
        return
    if container in {"h5", "keras"}:
        yield (
            f"kerascodegen convert {path} -o DIR writes the source, the weights and a "
            ".keras file of Keras 3."
        )
    else:
        yield f"kerascodegen {path} -o model_def.py writes the source."
    if any("--" in stand_in.advice for stand_in in stand_ins):
        yield "Give what is missing with the options above, or fill in the stand-ins."
    elif stand_ins:
        yield "Fill in the stand-ins in the source."
