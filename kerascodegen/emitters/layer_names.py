"""Names of classes that blocks become, and of what stands in `self` there."""

from __future__ import annotations

import keyword
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from kerascodegen.emitters.block_names import call_word
from kerascodegen.folding.program import Call, Program, Tensor
from kerascodegen.layering.attributes import LAYER_ATTRIBUTES
from kerascodegen.passes.naming import Namespace, identifier

# How people write these in the name of a class.
_WRITTEN = {
    "bn": "BN",
    "gelu": "GELU",
    "mlp": "MLP",
    "relu": "ReLU",
    "se": "SE",
    "silu": "SiLU",
}
_DIGITS = re.compile(r"(\d+[a-z]?)_(.+)")


def class_name(block: str) -> str:
    """Write the name of a block as that of a class.

    Args:
        block: `"conv_bn_relu"`.

    Returns:
        `"ConvBNReLU"`.
    """
    words = [word for word in block.split("_") if word]
    return "".join(_WRITTEN.get(word, word[:1].upper() + word[1:]) for word in words)


def attribute_names(
    program: Program,
    layers: Sequence[Call],
    inner: Mapping[Tensor, str | None],
    scope: Namespace,
) -> dict[Tensor, str]:
    """Name the attributes that hold the layers of a block.

    Args:
        program: The program.
        layers: The calls of the layers, in order.
        inner: Their names, where they have some.
        scope: What is in `self` already.

    Returns:
        Names by the tensor that a call gives.
    """
    wanted = {}
    for call in layers:
        tensor = call.outputs[0]
        name = inner[tensor]
        word = identifier(call_word(program, call) or "layer", "layer")
        wanted[tensor] = _turned(name) if name else word
    counts = Counter(wanted.values())
    numbers: Counter[str] = Counter()
    names = {}
    for tensor, name in wanted.items():
        reserved = keyword.iskeyword(name) or name in LAYER_ATTRIBUTES
        if reserved or (name in scope.taken and counts[name] == 1):
            name = f"{name}_layer"
        elif counts[name] > 1:
            numbers[name] += 1
            name = f"{name}_{numbers[name]}"
        names[tensor] = scope.claim(name)
    return names


def _turned(name: str) -> str:
    """A name with the number it begins with at its end: `1_conv` is `conv_1`."""
    match = _DIGITS.fullmatch(name)
    if match is not None:
        name = f"{match[2]}_{match[1]}"
    return identifier(name, "layer")
