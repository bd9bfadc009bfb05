"""All rules for layers and objects of old configs. Importing this registers them.

The order is that in which rules of one layer run: what Keras 1 called it first.
"""

from kerascodegen.readers.keras2.rules import (
    keras1,  # isort: skip
    everywhere,  # isort: skip
    attention,  # isort: skip
    convolutions,  # isort: skip
    core,  # isort: skip
    preprocessing,  # isort: skip
    recurrent,  # isort: skip
    removed,  # isort: skip
    objects,  # isort: skip
)

__all__ = [
    "attention",
    "convolutions",
    "core",
    "everywhere",
    "keras1",
    "objects",
    "preprocessing",
    "recurrent",
    "removed",
]
