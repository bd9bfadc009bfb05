"""Keras models against hand-written sources, most of them in this one process."""

from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from kerascodegen.verify import child
from kerascodegen.verify.report import Check, VerifyReport, render_table

HEADER = '"""A model."""\n\nimport keras\nfrom keras import layers\n\n\n'


class Bench:
    """A folder to put models and sources into, and a way to compare them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def source(self, body: str, *, header: str = HEADER) -> Path:
        path = self.folder / "model_def.py"
        path.write_text(header + textwrap.dedent(body), encoding="utf-8")
        return path

    def archive(self, model: Any) -> Path:
        path = self.folder / "original.keras"
        model.save(path)
        return path

    def json(self, model: Any) -> Path:
        path = self.folder / "original.json"
        path.write_text(model.to_json(), encoding="utf-8")
        return path

    def ask(self, model: str | Path, source: Path, **options: Any) -> dict[str, Any]:
        """Do what the child process does, here."""
        request = self.folder / "request.json"
        answer = self.folder / "report.json"
        saved = dict.fromkeys(("weights", "archive", "weights_from"))
        options = {"seed": 0, "options": {}} | saved | options
        options |= {"model": str(model), "source": str(source)}
        request.write_text(json.dumps(options))
        child.main([str(request), str(answer)])
        return json.loads(answer.read_text())

    def verify(self, model: Any, body: str, **options: Any) -> VerifyReport:
        """Compare a model (saved as `.keras`) or a model file with a source."""
        named = isinstance(model, str | Path)
        reply = self.ask(
            model if named else self.archive(model), self.source(body), **options
        )
        assert "report" in reply, reply
        return VerifyReport.from_dict(reply["report"])


def check(report: VerifyReport, name: str) -> Check:
    return next(one for one in report.checks if one.name == name)


def build(body: str) -> Any:
    """Build a model from the text of a source, outside of verification."""
    import keras

    namespace: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    exec(textwrap.dedent(body), namespace)
    model = namespace["build_model"]()
    return namespace["compile_model"](model) if "compile_model" in namespace else model


def train_a_little(model: Any) -> None:
    """Give fresh weights values of their own."""
    import numpy as np

    generator = np.random.default_rng(1)
    for variable in model.weights:
        if "float" in str(variable.dtype):
            value = variable.numpy()
            noise = generator.uniform(0.1, 0.3, value.shape)
            variable.assign((value.astype("float64") + noise).astype(value.dtype))


def assert_passes(report: VerifyReport, *skipped: str) -> None:
    """Every check is ok, except those that are expected to be skipped or noted."""
    table = render_table(report)
    assert report.ok, table
    others = {one.name for one in report.checks if one.status.value != "ok"}
    assert others == set(skipped), table
