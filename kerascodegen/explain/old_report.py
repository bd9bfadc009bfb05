"""What is said about a model that an older Keras wrote: as data and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kerascodegen.explain.wrapping import wrap
from kerascodegen.graph.straight import names

_HEADINGS = {
    "refused": "Keras 3 refuses",
    "other": "Keras 3 loads, but as something else",
}
_CONTAINERS = {
    "h5": "{} wrote this .h5 file",
    "keras": "{} wrote this .keras file",
    "json": "{} wrote this JSON",
    "tf_keras": "{} made it (tf_keras)",
}
# Kinds of one rule, stand-ins and warnings before "and N more".
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Became:
    """What some layers became.

    Attributes:
        what: In a few words.
        layers: Their paths, or `"compile"` for the compile settings.
    """

    what: str
    layers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OldThing:
    """Something of older Keras in the model, and what was made of it.

    Attributes:
        rule: The rule that changed it.
        outcome: What Keras 3 would have made of it: `"refused"`, `"other"` (loaded as
            something else) or `"same"`.
        keras_3: The same in a sentence.
        became: What it is in the source.
    """

    rule: str
    outcome: str
    keras_3: str
    became: tuple[Became, ...]


@dataclass(frozen=True, slots=True)
class StandIn:
    """Something whose code is not in the file.

    Attributes:
        layer: Where it is, or `"compile"`.
        what: What it is.
        advice: How to supply it.
    """

    layer: str
    what: str
    advice: str


@dataclass(frozen=True, slots=True)
class OldModel:
    """All that is said about an old model.

    Attributes:
        version: The Keras that wrote it, or `""`.
        container: `"h5"`, `"keras"`, `"json"`, or `"tf_keras"` for a live model.
        loads: What Keras 3 would have done with it: `"no"`, `"differently"` or `"yes"`.
        verdict: The same in a sentence or two.
        things: What was changed, of most consequence first.
        refusals: Layers for which no source can be written, and why.
        stand_ins: What is raised for until somebody supplies it.
        warnings: Where the source is not the whole model.
        optimizer_state: Whether the file has the optimizer's state, which is left out;
            `None` where that is not known.
        next_steps: What to do.
    """

    version: str
    container: str
    loads: str
    verdict: str
    things: tuple[OldThing, ...]
    refusals: tuple[Became, ...]
    stand_ins: tuple[StandIn, ...]
    warnings: tuple[str, ...]
    optimizer_state: bool | None
    next_steps: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Give the report as lines of plain text."""
        by = f"Keras {self.version}" if self.version else "a Keras before 3"
        yield f"An old model: {_CONTAINERS[self.container].format(by)}"
        yield from wrap("  ", self.verdict, "  ")
        if self.refusals:
            yield from ("", "  No source can be written, for this:")
            for refusal in self.refusals:
                text = f"{_where(refusal.layers)}: {refusal.what}"
                yield from wrap("  - ", text, "    ")
        number = 1
        for outcome, heading in _HEADINGS.items():
            things = [thing for thing in self.things if thing.outcome == outcome]
            if things:
                yield from ("", f"  {heading}")
            for thing in things:
                yield from _thing(number, thing)
                number += 1
        yield from _rows(
            "Keras 3 takes this as well as its own",
            [
                f"{_where(became.layers)}: {became.what}"
                for thing in self.things
                if thing.outcome == "same"
                for became in thing.became
            ],
        )
        yield from _rows(
            "Stand-ins, which raise until you supply the code",
            [f"{_where((s.layer,))}: {s.what}. {s.advice}" for s in self.stand_ins],
        )
        yield from _rows("Not as it was", list(self.warnings))
        if self.optimizer_state:
            yield ""
            text = (
                "The file holds the optimizer's state, which is left out: training "
                "begins with a fresh optimizer."
            )
            yield from wrap("  ", text, "  ")
        yield from _rows("What to do", list(self.next_steps))


def _thing(number: int, thing: OldThing) -> Iterator[str]:
    lead = f"  {number}. "
    indent = " " * len(lead)
    yield from wrap(lead, thing.keras_3, indent)
    for became in thing.became[:_SHOWN]:
        text = f"{_where(became.layers)}: {became.what}"
        yield from wrap(f"{indent}- ", text, f"{indent}  ")
    rest = len(thing.became) - _SHOWN
    if rest > 0:
        yield f"{indent}and {rest} more"


def _rows(heading: str, rows: list[str]) -> Iterator[str]:
    if rows:
        yield from ("", f"  {heading}")
    for row in rows[:_SHOWN]:
        yield from wrap("  - ", row, "    ")
    if len(rows) > _SHOWN:
        yield f"  and {len(rows) - _SHOWN} more"


def _where(layers: tuple[str, ...]) -> str:
    settings = {"compile": "the compile settings", "": "the model"}
    return names([settings.get(layer, layer) for layer in layers])
