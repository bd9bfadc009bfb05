"""Every loss, metric, optimizer and schedule, through `compile`."""

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import keras
import pytest

from tests.coverage import training
from tests.coverage.prove import assert_proved, dense_model
from tests.coverage.public import assert_complete, public_classes

MODULES: dict[str, tuple[ModuleType, Mapping[str, training.Make]]] = {
    "loss": (keras.losses, training.LOSSES),
    "metric": (keras.metrics, training.METRICS),
    "optimizer": (keras.optimizers, training.OPTIMIZERS),
    "schedule": (keras.optimizers.schedules, training.SCHEDULES),
}
ENTRIES = [(kind, name) for kind, (_, table) in MODULES.items() for name in table]
# A part of MultiOptimizer, which has one.
PARTS = {"OptimizerMap": keras.optimizers.OptimizerMap}


@pytest.mark.parametrize("kind", MODULES)
def test_every_class_is_listed(kind: str):
    module, table = MODULES[kind]
    listed = public_classes(module)
    rest = {**training.ABSTRACT, **PARTS}
    assert_complete(listed, table, {n: c for n, c in rest.items() if n in listed})


@pytest.mark.parametrize(("kind", "name"), ENTRIES)
def test_round_trip(kind: str, name: str, tmp_path: Path):
    made = MODULES[kind][1][name]()
    optimizer, loss, metrics = "sgd", None, None
    if kind == "loss":
        loss = made
    elif kind == "metric":
        metrics = [made]
    elif kind == "optimizer":
        optimizer = made
    else:
        optimizer = keras.optimizers.SGD(made)
    model = dense_model()
    model.compile(optimizer, loss, metrics=metrics)
    assert f'"class_name": "{name}"' in model.to_json()
    # What a file does not hold of these classes is the subject of other tests.
    assert_proved(model, tmp_path)
