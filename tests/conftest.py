"""Session set-up: a quiet backend before keras is imported, and a clean session."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import pytest

from tests.modelfiles import ModelFiles, save_models
from tests.zoo.table import ROWS, lines


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="rewrite the golden files from what is generated now",
    )


def pytest_configure(config: pytest.Config) -> None:
    # Keras' tensors on NumPy 2; nothing of ours.
    config.addinivalue_line(
        "filterwarnings", "ignore:__array__ implementation:DeprecationWarning"
    )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what takes long unless it is asked for.

    The wheel tests fill an environment, the zoo takes an hour.
    """
    expression = str(config.option.markexpr)
    unasked = [marker for marker in ("wheel", "zoo") if marker not in expression]
    left_out = [
        item
        for item in items
        if any(item.get_closest_marker(marker) for marker in unasked)
    ]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(map(id, left_out))
        items[:] = [item for item in items if id(item) not in gone]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print what became of the zoo, where it was round-tripped."""
    rows = config.stash.get(ROWS, [])
    if rows:
        terminalreporter.section("the zoo")
        for line in lines(rows):
            terminalreporter.write_line(line)


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(autouse=True)
def clear_session() -> None:
    """Start Keras' counters for automatic names anew, where keras is in use at all."""
    keras = sys.modules.get("keras")
    if keras is not None:
        # Collecting garbage each time would take longer than most tests.
        keras.backend.clear_session(free_memory=False)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> ModelFiles:
    """Small model files that Keras wrote, the same for the whole session."""
    return save_models(tmp_path_factory.mktemp("models"))
