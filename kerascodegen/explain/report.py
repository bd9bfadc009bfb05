"""What is said about a model: as data, as JSON and as text for a terminal."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from kerascodegen.explain.old_report import OldModel
from kerascodegen.explain.wrapping import wrap

_LABELS = {
    "sequential": "Sequential",
    "functional": "Functional",
    "subclassing": "Subclassing",
}
# Reasons of one kind before "and N more".
_REASONS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether one of Keras' three ways to write a model can express this one.

    Attributes:
        style: `"sequential"`, `"functional"` or `"subclassing"`.
        possible: `"yes"`, `"no"` or `"perhaps"`.
        summary: One sentence.
        reasons: What in the model decides it, one plain phrase each.
    """

    style: str
    possible: str
    summary: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that people get wrong, or should know.

    Attributes:
        code: `"no-input"`, `"unused-input"`, `"doubled-layers"`, `"lost-mask"`,
            `"trainable"` or `"frozen-normalization"`.
        layers: Names of the layers that it is about; a path inside nested models.
        problem: What is the case, and what Keras does then.
        advice: What to do.
    """

    code: str
    layers: tuple[str, ...]
    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that is said about one model.

    Attributes:
        name: The model's name, or its class where it has no graph.
        kind: `"Functional"`, `"Sequential"` or `"subclassed"`.
        summary: What the model is, in a sentence.
        verdicts: One for each way to write a model.
        findings: What may be wrong; empty where nothing was found.
        old: What there is to say where an older Keras wrote the model.
    """

    name: str
    kind: str
    summary: str
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    old: OldModel | None = None

    def to_json(self) -> str:
        """Give the report as JSON text, ASCII only; `old` only of an old model."""
        data = asdict(self)
        if self.old is None:
            del data["old"]
        return json.dumps(data, indent=2)

    def to_text(self) -> str:
        """Give the report as plain text."""
        lines = wrap("", self.summary, "")
        if self.old is not None:
            lines += ["", *self.old.lines()]
        lines += ["", "Which Keras API can express it"]
        width = max(map(len, _LABELS.values()))
        for verdict in self.verdicts:
            label = f"  {_LABELS[verdict.style]:<{width}}  {verdict.possible:<7}  "
            indent = " " * len(label)
            lines += wrap(label, verdict.summary, indent)
            for reason in verdict.reasons[:_REASONS_SHOWN]:
                lines += wrap(f"{indent}- ", reason, f"{indent}  ")
            rest = len(verdict.reasons) - _REASONS_SHOWN
            if rest > 0:
                lines.append(f"{indent}and {rest} more")
        lines.append("")
        if not self.findings:
            old = "" if self.old is None else " in how it is built"
            lines.append(f"Nothing looks wrong{old}.")
            return "\n".join(lines)
        lines.append("Worth a look")
        for number, finding in enumerate(self.findings, 1):
            lead = f"  {number}. "
            indent = " " * len(lead)
            lines += wrap(lead, finding.problem, indent)
            lines += wrap(indent, finding.advice, indent)
        return "\n".join(lines)
