"""Whole networks in the manner of what people published with Keras 2, 2017 to 2023.

Small in width, whole in structure. Each builder is given tf_keras, as those of
`fixtures.py` are; `NETWORKS` has them by name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Build = Callable[[Any], Any]
NETWORKS: dict[str, Build] = {}
# Those that hold what has no equal (random numbers, code), which becomes a stand-in.
STAND_INS: dict[str, Build] = {}


def network(build: Build) -> Build:
    """Keep a builder under its name."""
    NETWORKS[build.__name__] = build
    return build


def with_stand_ins(build: Build) -> Build:
    """Keep a builder of a network that cannot come over as a whole."""
    STAND_INS[build.__name__] = build
    return build


from tests.keras2 import (  # noqa: E402
    networks_images,
    networks_pictures,
    networks_sequences,
    networks_tables,
)

__all__ = [
    "NETWORKS",
    "STAND_INS",
    "networks_images",
    "networks_pictures",
    "networks_sequences",
    "networks_tables",
]
