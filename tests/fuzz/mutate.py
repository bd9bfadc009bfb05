"""Change a real config: by structure, by hostile words, by bytes."""

from __future__ import annotations

import io
import json
import random
import struct
import warnings
import zipfile
from collections.abc import Callable
from typing import Any

from tests.fuzz.corpus import configs

# Where a value hangs: the container and its key or index.
Place = tuple[Any, Any]

STRINGS = (
    "", " ", "\n", "a\n", "\t\f\r", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028",
    "\u202e", "\u2066x\u2069", "\u200b", "\ufeff", "\ud800", "\ufb01eld",
    "\u0430dmin", "\U0001f600", "x" * 300, "'", '"', '"""', "'''", "\\", "a\\",
    '"""; import os; """', "x): import os  #", "a\n    import os\n", "{{ 7 * 7 }}",
    "{% include '/etc/passwd' %}", "{# x #}", "{0}%s%n", "f'{x}'", "# fmt: off",
    "# fmt: skip", "# type: ignore", "# noqa", "# -*- coding: utf-7 -*-",
    "../../etc/passwd", "/etc/passwd", "C:\\x", "http://x/y", "keras", "layers", "ops",
    "np", "numpy", "x", "model", "inputs", "outputs", "build_model", "compile_model",
    "layer", "print", "float", "slice", "None", "True", "lambda", "class", "match",
    "self", "_", "__class__", "__init__", "__import__", "__name__", "__dict__", "1",
    "add", "add_1", "add_999999999", "mean_12", "dense", "input_layer", "os.system",
    "eval", "exec", "get_file", "load_model", "keras.layers", "keras.layers\u200b",
    "keras.layers.", "keras.layers.evil", "keras.src.layers.core.dense", "keras.ops",
    "keras.src.ops.numpy", "keras.src.ops.core", "keras.utils", "keras.saving",
    "keras.src.utils.file_utils", "keras.config", "builtins", "os", "subprocess",
    "keras.src.saving.serialization_lib", "numpy.ctypeslib", "tensorflow",
    "pkg>Name", "pkg>x): import os", ">", "builtins>eval", "function", "Functional",
    "Sequential", "Model", "InputLayer", "Lambda", "TFSMLayer", "TorchModuleWrapper",
    "Dense", "Bidirectional", "TimeDistributed", "MultiHeadAttention", "Concatenate",
    "Embedding", "Masking", "StackedRNNCells", "Rescaling", "FeatureSpace",
    "GetItem", "Split", "Unstack", "Meshgrid", "Einsum", "Add", "While", "Pipeline",
    "__keras_tensor__", "__slice__", "__ellipsis__", "__bytes__", "__numpy__",
    "__tensor__", "__lambda__", "__tuple__", "__typespec__", "float32", "mixed_float16",
    "float32)", "int8_from_float32", "auto", "string", "relu", "softmax", "mse", "adam",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2, 3, 7, 200, 255, 10**6, 10**9, -(10**9), 2**31, 2**63, 10**39,
    0.0, -0.0, 0.5, 1e308, 1e-320, float("inf"), float("-inf"), float("nan"),
)  # fmt: skip
# Keys that readers and passes look for, so that putting them anywhere means something.
KEYS = (
    "module", "class_name", "config", "registered_name", "name", "layers", "args",
    "kwargs", "inbound_nodes", "input_layers", "output_layers", "build_config",
    "compile_config", "shared_object_id", "keras_history", "shape", "dtype",
    "batch_shape", "trainable", "units", "activation", "mask", "training", "layer",
    "cell", "cells", "backward_layer", "vocabulary", "value", "code", "start", "stop",
    "step", "axis", "function", "input_shape", "shapes_dict", "indices_or_sections",
    "num", "initial_state", "return_state", "return_sequences",
    "return_attention_scores",
    "mask_zero", "activity_regularizer", "autocast", "loss", "metrics", "optimizer",
    "self", "x", "class", "__class__", "**", "a b", "x): import os #",
)  # fmt: skip


def _tensor(rng: random.Random) -> dict[str, Any]:
    history = [rng.choice(STRINGS), _index(rng), _index(rng)]
    config = {"shape": [None, 4], "dtype": "float32", "keras_history": history}
    return {"class_name": "__keras_tensor__", "config": config}


def _index(rng: random.Random) -> Any:
    return rng.choice([0, 0, 0, 1, 2, -1, 10**9, True, 0.0, None, "0"])


def _special(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(
        ["__slice__", "__ellipsis__", "__bytes__", "__numpy__", "__tensor__",
         "__lambda__", "__tuple__", "__typespec__", "function"]
    )  # fmt: skip
    config = rng.choice(
        [
            {"start": leaf(rng), "stop": leaf(rng), "step": leaf(rng)},
            {"value": leaf(rng), "dtype": leaf(rng)},
            {"value": [[1, 2], [3, leaf(rng)]], "dtype": "float32"},
            {"code": leaf(rng), "defaults": None, "closure": None},
            leaf(rng),
        ]
    )
    return {"class_name": kind, "config": config}


def _serialised(rng: random.Random) -> dict[str, Any]:
    return {
        "module": rng.choice(STRINGS),
        "class_name": rng.choice([*STRINGS, "function"]),
        "config": rng.choice([leaf(rng), {rng.choice(KEYS): leaf(rng)}]),
        "registered_name": rng.choice([None, *STRINGS]),
    }


def leaf(rng: random.Random) -> Any:
    """Draw a value of no depth."""
    kind = rng.randrange(8)
    if kind < 3:
        return rng.choice(STRINGS)
    if kind < 6:
        return rng.choice(NUMBERS)
    return rng.choice([None, True, False, [], {}])


def value(rng: random.Random) -> Any:
    """Draw a value: a leaf, a container of leaves, or something serialised."""
    kind = rng.randrange(8)
    if kind < 3:
        return leaf(rng)
    if kind == 3:
        return [leaf(rng) for _ in range(rng.randrange(4))]
    if kind == 4:
        return {rng.choice(KEYS): leaf(rng) for _ in range(rng.randrange(4))}
    if kind == 5:
        return _tensor(rng)
    return _special(rng) if kind == 6 else _serialised(rng)


def places(root: Any) -> list[Place]:
    """All places of values below a root, outermost first."""
    found: list[Place] = []
    waiting = [root]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            keys: list[Any] = list(item)
        elif isinstance(item, list):
            keys = list(range(len(item)))
        else:
            continue
        for key in keys:
            found.append((item, key))
            waiting.append(item[key])
    return found


# What a graph hangs on: to damage it is refused early, so it is done less often.
_BONES = frozenset(
    [
        "keras_history",
        "inbound_nodes",
        "class_name",
        "module",
        "registered_name",
        "config",
        "args",
        "input_layers",
        "output_layers",
        "layers",
    ]
)


def pick(rng: random.Random, root: Any) -> Place:
    """Choose a place, mostly one whose damage does not end the reading."""
    found = places(root)
    soft = [(h, k) for h, k in found if isinstance(k, str) and k not in _BONES]
    return rng.choice(soft if soft and rng.randrange(3) else found)


def _copied(tree: Any) -> Any:
    return json.loads(json.dumps(tree))


def _replace(rng: random.Random, root: Any) -> None:
    holder, key = pick(rng, root)
    holder[key] = value(rng)


def _replace_leaf(rng: random.Random, root: Any) -> None:
    """Put something of the same type in the place of a leaf: it gets furthest."""
    leaves = [
        (holder, key)
        for holder, key in places(root)
        if isinstance(holder[key], str | int | float)
    ]
    soft = [(holder, key) for holder, key in leaves if key not in _BONES]
    if leaves:
        holder, key = rng.choice(soft if soft and rng.randrange(3) else leaves)
        is_text = isinstance(holder[key], str)
        holder[key] = rng.choice(STRINGS if is_text else NUMBERS)


def _delete(rng: random.Random, root: Any) -> None:
    holder, key = pick(rng, root)
    del holder[key]


def _duplicate(rng: random.Random, root: Any) -> None:
    found = [(h, k) for h, k in places(root) if isinstance(h, list)]
    if found:
        holder, key = rng.choice(found)
        times = rng.choice([1, 1, 1, 2, 30])
        copies = [_copied(holder[key]) for _ in range(times)]
        holder[rng.randrange(len(holder) + 1) : 0] = copies


def _insert(rng: random.Random, root: Any) -> None:
    found = [h[k] for h, k in places(root) if isinstance(h[k], dict | list)]
    if not found:
        return
    item = rng.choice(found)
    if isinstance(item, dict):
        item[rng.choice([rng.choice(KEYS), rng.choice(STRINGS)])] = value(rng)
    else:
        item.insert(rng.randrange(len(item) + 1), value(rng))


def _swap(rng: random.Random, root: Any) -> None:
    found = places(root)
    (first, one), (second, two) = rng.choice(found), rng.choice(found)
    left, right = _copied(first[one]), _copied(second[two])
    first[one] = right
    # The first may have been inside the second, or the other way round.
    second[two] = left


def _cross(rng: random.Random, root: Any) -> None:
    """Take a part of another real config."""
    other = json.loads(rng.choice(configs())[1])
    source, taken = rng.choice(places(other))
    part = source[taken]
    alike = [(h, k) for h, k in places(root) if type(h[k]) is type(part)]
    same_key = [(h, k) for h, k in alike if k == taken]
    if alike:
        holder, key = rng.choice(same_key or alike)
        holder[key] = part


def _rename(rng: random.Random, root: Any) -> None:
    """Rename a layer wherever its name stands, so that the graph stays whole."""
    names = [
        holder[key]
        for holder, key in places(root)
        if key == "name" and isinstance(holder[key], str)
    ]
    if not names:
        return
    old, new = rng.choice(names), rng.choice(STRINGS)
    for holder, key in places(root):
        if holder[key] == old and type(holder[key]) is str:
            holder[key] = new


def _rename_key(rng: random.Random, root: Any) -> None:
    found = [(h, k) for h, k in places(root) if isinstance(h, dict)]
    if found:
        holder, key = rng.choice(found)
        holder[rng.choice([*KEYS, *STRINGS])] = holder.pop(key)


def _wrap(rng: random.Random, root: Any) -> None:
    holder, key = pick(rng, root)
    for time in range(rng.choice([1, 1, 2, 30, 150])):
        item = holder[key]
        holder[key] = rng.choice([[item], {"a": item}, [item, item]][: 2 + (time < 3)])


def _rewire(rng: random.Random, root: Any) -> None:
    """Let a call take, or the model return, another tensor of the same graph."""
    found = [(h, k) for h, k in places(root) if k == "keras_history"]
    ends = [(h, k) for h, k in places(root) if k in {"input_layers", "output_layers"}]
    place = rng.choice([*found, *ends]) if found or ends else None
    if place is None or not found:
        return
    holder, key = place
    source = rng.choice(found)
    history = _copied(source[0][source[1]])
    if isinstance(history, list) and len(history) == 3 and rng.randrange(2):
        history[rng.randrange(1, 3)] = _index(rng)
    holder[key] = history


STRUCTURAL: tuple[Callable[[random.Random, Any], None], ...] = (
    _replace,
    _replace_leaf,
    _replace_leaf,
    _delete,
    _duplicate,
    _insert,
    _insert,
    _swap,
    _cross,
    _cross,
    _rename,
    _rename,
    _rename_key,
    _wrap,
    _rewire,
)


def mutated_config(rng: random.Random) -> str:
    """Change a real config by structure.

    Args:
        rng: Where choices come from.

    Returns:
        The new config as JSON.
    """
    box = [json.loads(rng.choice(configs())[1])]
    for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5, 8])):
        # Some undo the place that another was about to change.
        if not places(box[0]):
            break
        rng.choice(STRUCTURAL)(rng, box[0])
    return json.dumps(box[0])


_PIECES = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (*STRINGS, '"', "[", "]", "{", "}", ",", ":", "null", "1e999", "NaN",
                 "-", "9" * 50, "\\ud800", "\\u0000", "[" * 300, '{"a":' * 300)
)  # fmt: skip


def mutated_bytes(rng: random.Random, data: bytes) -> bytes:
    """Change bytes: flip, cut, repeat, insert.

    Args:
        rng: Where choices come from.
        data: The bytes.

    Returns:
        Other bytes.
    """
    changed = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 10])):
        at = rng.randrange(len(changed) + 1)
        kind = rng.randrange(5)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            del changed[at : at + rng.choice([1, 2, 8, 100, 10**6])]
        elif kind == 2:
            changed[at:at] = changed[at : at + rng.choice([1, 10, 1000])]
        elif kind == 3:
            changed[at:at] = rng.choice(_PIECES)
        else:
            start = rng.randrange(len(changed) + 1)
            changed[at : at + 20] = changed[start : start + 20]
    return bytes(changed)


def archived(rng: random.Random, text: str) -> bytes:
    """Make a `.keras` archive of a config, at times an odd one."""
    buffer = io.BytesIO()
    method = rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
    data = text.encode("utf-8", "surrogatepass")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(buffer, "w", method) as made:
            for name in rng.choice(
                [
                    ("metadata.json", "config.json", "model.weights.h5"),
                    ("config.json", "config.json"),
                    ("config.json", "../config.json", "/etc/passwd"),
                    ("CONFIG.JSON",),
                    ("config.json", "config.json/x"),
                ]
            ):
                info = zipfile.ZipInfo(name)
                info.compress_type = method
                info.external_attr = rng.choice([0, 0o120777 << 16, 0o40755 << 16])
                made.writestr(info, data if name.startswith("config.json") else b"{}")
    whole = bytearray(buffer.getvalue())
    if rng.randrange(3) == 0:
        # A field of a header: sizes, offsets, counts, flags, zip64 marks.
        for mark in rng.sample([b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"], 1):
            at = whole.find(mark) + rng.randrange(4, 22)
            number = rng.choice([0, 1, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF, 8, 12, 99])
            struct.pack_into("<I", whole, min(at, len(whole) - 4), number)
    return bytes(rng.choice([b"", b"", b"", b"MZ", b"#!/bin/sh\n"])) + bytes(whole)


def mutated_file(rng: random.Random) -> bytes:
    """Draw a hostile model file: JSON or an archive.

    Args:
        rng: Where choices come from.

    Returns:
        The file's bytes.
    """
    text = mutated_config(rng) if rng.randrange(10) else rng.choice(configs())[1]
    kind = rng.randrange(20)
    if kind == 0:
        return mutated_bytes(rng, archived(rng, text))
    if kind == 1:
        return archived(rng, text)
    data = text.encode("utf-8", "surrogatepass")
    return mutated_bytes(rng, data) if kind < 4 else data


def options(rng: random.Random) -> dict[str, Any]:
    """Draw options that a user may give."""
    drawn: dict[str, Any] = {
        "shapes": rng.randrange(3) == 0,
        "tensors": rng.choice(["named", "named", "chain"]),
        "names": rng.choice(["keep", "keep", "auto"]),
        "compile": rng.randrange(6) > 0,
        "keep_training": rng.randrange(6) == 0,
        "line_length": rng.choice([88, 88, 40, 120, 1000]),
    }
    if rng.randrange(8) == 0:
        # Refused for a model that has inputs, so not often.
        drawn["input_shape"] = rng.choice([(), (4,), (None, 3), (10**39,)])
    return drawn
