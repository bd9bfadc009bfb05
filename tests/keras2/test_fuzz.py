"""Old configs, damaged by structure: a refusal in words, or source that is allowed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.fuzz import mutate
from tests.fuzz.oracle import run_case
from tests.keras2.configs import old_input, old_layer, old_model, sequential
from tests.keras2.test_files import FILES

_DENSE = old_layer("Dense", "d", [["x", 0, 0, {}]], units=2)
_MADE = {
    "sequential": sequential(
        old_layer(
            "LSTM", "a", units=2, batch_input_shape=[None, 3, 2], time_major=False
        ),
        old_layer("Dropout", "b", p=0.5, noise_shape=None),
        {"class_name": "Dense", "config": {"name": "c", "output_dim": 2}},
    ),
    "nested": old_model(
        old_input("x", 4),
        {
            **old_model(old_input("x", 4), _DENSE, outputs=[["d", 0, 0]], name="inner"),
            "name": "inner",
            "inbound_nodes": [[["x", 0, 0, {}]]],
        },
        outputs=[["inner", 1, 0]],
    ),
    "compiled": {
        **old_model(old_input("x", 4), _DENSE, outputs=[["d", 0, 0]]),
        "compile_config": {
            "optimizer": {
                "class_name": "Custom>Adam",
                "config": {"lr": 0.1, "decay": 0.01, "epsilon": None},
            },
            "loss": {"class_name": "Huber", "config": {"reduction": "auto", "fn": "h"}},
            "metrics": [[{"class_name": "MeanMetricWrapper", "config": {"fn": "mse"}}]],
            "loss_weights": None,
            "sample_weight_mode": "temporal",
        },
    },
}


def _corpus() -> tuple[tuple[str, str], ...]:
    made = [(name, json.dumps(config)) for name, config in _MADE.items()]
    files = [(path.stem, path.read_text()) for path in sorted(FILES.glob("*.json"))]
    return (*made, *files)


@pytest.mark.parametrize("name", [name for name, _ in _corpus()])
def test_undamaged_configs_pass(name: str, tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(dict(_corpus())[name])
    assert run_case(path, {"shapes": True}, formatted=True).source


def test_damaged_configs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutate, "configs", _corpus)
    path = tmp_path / "model.json"
    counts = {True: 0, False: 0}
    for seed in range(700):
        rng = random.Random(seed)
        text = mutate.mutated_config(rng)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        outcome = run_case(path, mutate.options(rng), formatted=False)
        counts[bool(outcome.source)] += 1
    assert min(counts.values()) > 100
