"""All rules for layers and objects of old configs. Importing this registers them.

The order is that in which rules of one layer run: what Keras 1 called it first.
"""

from kerascodegen.readers.keras2.rules import (
    attention,  # isort: skip
    convolutions,  # isort: skip
    core,  # isort: skip
    everywhere,  # isort: skip
    keras1,  # isort: skip
    objects,  # isort: skip
    preprocessing,  # isort: skip
    recurrent,  # isort: skip
    removed,  # isort: skip
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
