"""Names of blocks and of their parameters: from what they do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from kerascodegen.folding.expressions import Const, Expr, Text, Var, variables
from kerascodegen.folding.program import (
    NAME,
    Block,
    Branch,
    Call,
    Loop,
    Program,
    Statement,
    calls,
)
from kerascodegen.passes.naming import Namespace, identifier, snake_case

_ADD = frozenset({"Add"})
_CONCATENATE = frozenset({"Concatenate"})
_MERGES = frozenset({"Add", "Multiply"})
_ATTENTION = frozenset(
    {"MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"}
)
_POOLED = frozenset({"GlobalAveragePooling2D", "GlobalAveragePooling1D", "Mean"})
# What people call a layer in the name of a small block.
_SHORT = {
    "BatchNormalization": "bn",
    "LayerNormalization": "norm",
    "GroupNormalization": "norm",
    "UnitNormalization": "norm",
    "RMSNormalization": "norm",
    "ZeroPadding1D": "pad",
    "ZeroPadding2D": "pad",
    "ZeroPadding3D": "pad",
    "MaxPooling1D": "pool",
    "MaxPooling2D": "pool",
    "AveragePooling1D": "pool",
    "AveragePooling2D": "pool",
    "ReLU": "relu",
    "LeakyReLU": "leaky_relu",
    "Activation": "act",
}
_MOST_WORDS = 3
_TITLES = {
    "inverted_residual": "Inverted residual block.",
    "squeeze_excite": "Squeeze and excitation.",
}
# What a block of a few steps is called after, in words; the longest first.
_STEPS = {
    "depthwise_conv": "depthwise convolution",
    "separable_conv": "separable convolution",
    "conv_transpose": "transposed convolution",
    "conv": "convolution",
    "dense": "dense",
    "bn": "batch normalization",
    "norm": "normalization",
    "pad": "padding",
    "pool": "pooling",
    "add": "sum",
    "concatenate": "concatenation",
    "dropout": "dropout",
    "relu": "ReLU",
    "silu": "SiLU",
    "gelu": "GELU",
    "swish": "swish",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
}
_STEP = re.compile(rf"(?:^|_)({'|'.join(_STEPS)})(?=_|$)")
# So large that no name of ours says what it does.
_LARGE = 20
# Words of layer names that say nothing about the block that they stand in.
_NO_WORDS = frozenset(
    {"conv", "bn", "block", "layer", "relu", "activation", "separable"}
)
# Nor do these, at the beginning of the names of blocks.
_NO_FAMILY = _NO_WORDS | {"stage", "stack", "unit", "part", "expanded", "group", "top"}
# An optional part is called after what it does.
_FLAGS = {
    "Add": "residual",
    "Multiply": "squeeze_excite",
    "ZeroPadding2D": "pad",
    "ZeroPadding1D": "pad",
    "Dropout": "dropout",
    "MaxPooling2D": "pool",
    "AveragePooling2D": "pool",
}


def names_of_block(program: Program, block: Block) -> Iterator[str]:
    """Yield names for a block, the best first.

    Args:
        program: The program.
        block: The block.

    Yields:
        Identifiers; not yet free ones.
    """
    family = _family_word(program, block)
    name = block_name(program, block)
    words = [_word(program, statement) for statement in block.body.statements]
    if family and (name == _by_words(words) and not _is_plain_run(words)):
        yield f"{family}_block"
    yield name
    if family:
        yield f"{family}_block"
    if len(words) <= _MOST_WORDS + 1 and all(words):
        yield identifier("_".join(words), "block")


def block_docstring(name: str) -> str:
    """Say in words what a block is called.

    Args:
        name: The block's name, `conv_bn_relu`.

    Returns:
        `"Convolution, batch normalization, ReLU."`, or the name as a sentence.
    """
    name = re.sub("_[0-9]+$", "", name)
    if name in _TITLES:
        return _TITLES[name]
    parts = [_STEPS.get(word, "") for word in _STEP.findall(name)]
    steps = _STEP.sub("", name).strip("_") == ""
    text = ", ".join(parts) if steps else name.replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}."


def _family_word(program: Program, block: Block) -> str:
    """The word that the names of all uses begin with: `down` of `down_1`, `down_2`."""
    key = next((k for k, other in program.blocks.items() if other is block), "")
    found = set()
    for body in program.bodies():
        for call in calls(body.statements):
            if call.callee != key:
                continue
            names = [
                argument
                for column, argument in zip(block.columns, call.arguments, strict=True)
                if column.argument == NAME
            ]
            found.add(_first_word(names[0]) if len(names) == 1 else "")
    word = found.pop() if len(found) == 1 else ""
    return "" if word in _NO_FAMILY or len(word) < 2 else word


def _first_word(name: Expr) -> str:
    literal = name.value if isinstance(name, Const) else ""
    if isinstance(name, Text) and isinstance(name.parts[0], str):
        literal = name.parts[0]
    match = re.match("[a-z]+", str(literal).lower())
    return match[0] if match else ""


def _is_plain_run(words: Sequence[str]) -> bool:
    """Whether a name says all: `conv_bn_relu`, `dense_relu`."""
    first, rest = words[:1], words[1:]
    begins = bool(first) and first[0].endswith(("conv", "dense"))
    plain = {"bn", "norm", "act", "relu", "silu", "gelu", "swish", "relu6", "elu"}
    return begins and 0 < len(rest) < _MOST_WORDS and set(rest) <= plain


def _by_words(words: Sequence[str]) -> str:
    if len(words) <= _MOST_WORDS and all(words):
        return identifier("_".join(words), "block")
    first = next((word for word in words if word not in ("", "pad", "bn", "act")), "")
    return identifier(f"{first.removesuffix('_block')}_block", "block")


def block_name(program: Program, block: Block) -> str:
    """Name a block after what it does.

    Args:
        program: The program.
        block: The block.

    Returns:
        An identifier; not yet a free one.
    """
    classes = list(_classes(program, block))
    found = set(classes)
    if len(classes) > _LARGE and (word := _common_word(block)):
        return f"{word}_block"
    merges_input = _merges_input(program, block)
    if found & _ATTENTION:
        if not found & _ADD:
            return "attention_block"
        coder = "decoder" if _is_decoder(program, block) else "encoder"
        return f"transformer_{coder}_block"
    if found & _ADD and any(_convolves(name) for name in found):
        depthwise = "DepthwiseConv2D" in found
        return "inverted_residual" if depthwise else "residual_block"
    if "Multiply" in found and found & _POOLED:
        whole = "Multiply" in classes[-2:] and "DepthwiseConv2D" not in found
        return "squeeze_excite" if whole else "inverted_residual"
    if classes[-1:] == ["Multiply"] and sum(map(_convolves, classes)) == 2:
        return "gated_block"
    if found & _CONCATENATE:
        if len(block.inputs) > 1 and any("Transpose" in c or "UpS" in c for c in found):
            return "upsample_block"
        return "dense_block" if merges_input else "inception_block"
    if any("Transpose" in name or "UpSampling" in name for name in classes[:1]):
        return "upsample_block"
    if "DepthwiseConv2D" in found and len(classes) > _MOST_WORDS:
        return "separable_block"
    return _by_words([_word(program, item) for item in block.body.statements])


def _is_decoder(program: Program, block: Block) -> bool:
    """Whether a block attends to what came before only, or to a second input."""
    attending = [
        program.primitives[call.callee].node
        for call in calls(block.body.statements)
        if call.callee in program.primitives
        and program.primitives[call.callee].operation.cls.name in _ATTENTION
    ]
    causal = any(node.kwargs.get("use_causal_mask") is True for node in attending)
    return causal or (len(attending) > 1 and len(block.inputs) > 1)


def _common_word(block: Block) -> str:
    """A word that most layer names in a block have in common."""
    counts: Counter[str] = Counter()
    total = 0
    for call in calls(block.body.statements):
        for argument in call.arguments:
            if not isinstance(argument, Text):
                continue
            total += 1
            literal = "_".join(p for p in argument.parts if isinstance(p, str))
            counts.update(set(re.findall("[a-z]{4,}", literal.lower())) - _NO_WORDS)
    word, count = max(
        counts.items(), key=lambda item: (item[1], item[0]), default=("", 0)
    )
    return word if count * 10 >= total * 7 else ""


def _convolves(name: str) -> bool:
    return "Conv" in name or name in ("Dense", "EinsumDense")


def _classes(program: Program, block: Block) -> Iterator[str]:
    """The classes of all layers and ops in a block and the blocks inside it."""
    for call in calls(block.body.statements):
        inner = program.blocks.get(call.callee)
        if inner is not None:
            yield from _classes(program, inner)
        else:
            name = program.primitives[call.callee].operation.cls.name
            # `x + 3.0` adds nothing up.
            yield name if name not in _MERGES or len(call.inputs) > 1 else "Scalar"


def _merges_input(program: Program, block: Block) -> bool:
    """Whether what the block is given is concatenated with what it makes of it."""
    return any(
        block.inputs[0] in call.inputs
        for call in calls(block.body.statements)
        if call.callee in program.primitives
        and program.primitives[call.callee].operation.cls.name in _CONCATENATE
    )


def _word(program: Program, statement: Statement) -> str:
    """What a statement does, in a word."""
    if isinstance(statement, Loop):
        words = [_word(program, item) for item in statement.body.statements]
        return "_".join(words) if all(words) and len(words) <= _MOST_WORDS else ""
    if not isinstance(statement, Call):
        return ""
    inner = program.blocks.get(statement.callee)
    if inner is not None:
        return block_name(program, inner)
    primitive = program.primitives[statement.callee]
    name = primitive.operation.cls.name
    if name == "Activation":
        columns = zip(primitive.columns, statement.arguments, strict=True)
        function = next((a for c, a in columns if c.argument == "activation"), None)
        if isinstance(function, Const) and isinstance(function.value, str):
            return identifier(function.value, "act")
    if name in _SHORT:
        return _SHORT[name]
    word = snake_case(name)
    for size in ("1d", "2d", "3d"):
        word = word.replace(size, "")
    return word.strip("_")


def call_word(program: Program, call: Call) -> str:
    """What a call does, in a word.

    Args:
        program: The program.
        call: The call.

    Returns:
        The word, or `""`.
    """
    return _word(program, call)


def parameter_names(
    program: Program, block: Block, module_names: frozenset[str]
) -> dict[Var, str]:
    """Name the parameters of a block.

    Args:
        program: The program.
        block: The block.
        module_names: What the module calls other things, so that none is hidden.

    Returns:
        A name for each variable: the argument that it feeds; with the layer's name
        before it where two would be called the same.
    """
    names: dict[Var, str] = {}
    taken: set[str] = set()
    scope = Namespace(set(module_names))
    for variable, column in block.parameters:
        wanted = column.argument
        if wanted == "flag":
            wanted = _flag_name(program, block, variable)
        if wanted in taken:
            wanted = f"{_layer_word(program, block, variable)}{wanted}"
        taken.add(wanted)
        names[variable] = scope.claim(identifier(wanted, "value"))
    return names


def _flag_name(program: Program, block: Block, variable: Var) -> str:
    """Call a flag after the part that it switches."""
    for statement in block.body.statements:
        if not isinstance(statement, Branch) or statement.test != variable:
            continue
        side = statement.then if statement.then.statements else statement.other
        inner = list(calls(side.statements))
        classes = [
            program.primitives[call.callee].operation.cls.name
            for call in inner
            if call.callee in program.primitives
        ]
        negated = not statement.then.statements
        words = [_word(program, item) for item in side.statements]
        if any(_convolves(name) for name in classes) or "conv" in "_".join(words):
            first = block.body.statements[0] is statement
            consumed = _consumer(program, block, statement.outputs[0])
            what = "projection" if consumed in _ADD else "expand" if first else "conv"
        else:
            what = next((_FLAGS[c] for c in reversed(classes) if c in _FLAGS), "")
            what = what or "_".join(words[:2]) or "variant"
        return f"no_{what}" if negated else what
    return "variant"


def _consumer(program: Program, block: Block, tensor: int) -> str:
    for call in calls(block.body.statements):
        if tensor in call.inputs and call.callee in program.primitives:
            return program.primitives[call.callee].operation.cls.name
    return ""


def _layer_word(program: Program, block: Block, variable: Var) -> str:
    """What the layer that a parameter feeds is called, for the parameter's name."""
    for call in calls(block.body.statements):
        columns: Sequence[str] = [c.argument for c in program.columns(call.callee)]
        arguments = dict(zip(columns, call.arguments, strict=True))
        feeds = any(variable in variables(argument) for argument in call.arguments)
        name = arguments.get(NAME)
        if feeds and name is not None:
            word = identifier(_suffix(name), "")
            for end in ("_conv", "_bn"):
                word = word.removesuffix(end)
            return f"{word}_" if word else ""
    return ""


def _suffix(name: Expr) -> str:
    """The literal end of a name."""
    if isinstance(name, Text) and isinstance(name.parts[-1], str):
        return name.parts[-1]
    # In a class a layer's name is what is left without the block's.
    return name.value if isinstance(name, Const) and isinstance(name.value, str) else ""
