"""Session set-up: a quiet backend before keras is imported, and a clean session."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import pytest


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
