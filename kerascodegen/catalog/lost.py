"""Arguments that a config does not have, and what that means for a model file.

Which they are is measured (`lost` in `keras.json`). What stands here is judgement:
which of them can change what a model computes. A file is silent where the default was
used too, so a warning for each would come with most files, and be read by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping

from kerascodegen.catalog.lookup import ClassEntry, LostArgument
from kerascodegen.errors import Level

# Older Keras left these out, the newest has them; configs without them are old.
_ONCE_LOST: Mapping[str, tuple[LostArgument, ...]] = {
    **dict.fromkeys(
        [f"keras.layers.Conv{rank}DTranspose" for rank in (1, 2, 3)],
        (LostArgument("output_padding", "output_padding", None),),
    ),
    "keras.layers.Attention": (LostArgument("seed", "seed", None),),
    "keras.layers.AdditiveAttention": (LostArgument("seed", "seed", None),),
}

# How a kernel is chosen, and which random numbers are drawn.
_NOTES = frozenset({"flash_attention", "seed", "use_cudnn"})
# Read from a live object, never mentioned for a file: every layer has `autocast`, every
# loss a `dtype`, and hardly anybody sets them.
_SILENT = frozenset({"autocast", "dtype"})


def lost_arguments(entry: ClassEntry) -> tuple[LostArgument, ...]:
    """List the arguments of a class that a config may lack.

    Args:
        entry: The class.

    Returns:
        Those that the newest Keras leaves out, then those that older ones did.
    """
    return (*entry.lost, *_ONCE_LOST.get(entry.key, ()))


def loss_level(argument: str) -> Level | None:
    """Judge an argument that a file does not have.

    Args:
        argument: Its name.

    Returns:
        A warning where another value than the default makes the model compute something
        else, a note where it does not, `None` where it is not worth a word.
    """
    if argument in _SILENT:
        return None
    return Level.NOTE if argument in _NOTES else Level.WARNING
