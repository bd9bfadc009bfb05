"""Real configs to start from: what Keras wrote for some of `tests/cases`.

They are stored, so that fuzzing needs no framework. `python -m tests.fuzz.corpus`
writes them anew; it needs Keras.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

CONFIGS = Path(__file__).with_name("configs.jsonl")

# One of each kind of structure, small ones.
NAMES = (
    "activations",
    "attention_calls",
    "augmentation",
    "author_mask",
    "bidirectional",
    "compile_dicts",
    "compile_objects",
    "compile_schedule",
    "constant_arrays",
    "custom_registered",
    "dict_inputs_outputs",
    "frozen_layers",
    "gru_seq2seq",
    "initializers",
    "input_kinds",
    "lstm_states",
    "masked_lstm",
    "matrix_operators",
    "mixed_precision",
    "nested_outputs",
    "nested_two_deep",
    "op_names_taken",
    "ops_keywords",
    "ops_reductions",
    "residual_operators",
    "rnn_cells",
    "sequential_in_sequential",
    "shared_across_depths",
    "shared_submodels",
    "siamese_lambda",
    "slices",
    "string_lookup",
    "text_classifier",
    "time_distributed",
    "unbuilt_mlp",
    "wrappers",
)
# Bytecode depends on the Python that made it, and names the file that it came from.
_CODE = "4wEAAAAAAAAAAAAAAAEAAAADAAAA"


@functools.cache
def configs() -> tuple[tuple[str, str], ...]:
    """Read the stored configs.

    Returns:
        Each case's name with its config, as JSON.
    """
    lines = CONFIGS.read_text(encoding="utf-8").splitlines()
    return tuple((name, json.dumps(data)) for name, data in map(json.loads, lines))


def _without_code(value: Any) -> Any:
    if isinstance(value, dict):
        if value.get("class_name") == "__lambda__":
            return {**value, "config": {**value["config"], "code": _CODE}}
        return {key: _without_code(item) for key, item in value.items()}
    return [_without_code(v) for v in value] if isinstance(value, list) else value


def _write() -> None:
    from tests.cases import all_cases

    lines = []
    for case in all_cases():
        if case.name in NAMES:
            config = _without_code(json.loads(case.build().to_json()))
            lines.append(json.dumps([case.name, config], separators=(",", ":")))
    CONFIGS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    _write()
