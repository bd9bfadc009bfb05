"""Call every public op on symbolic tensors, to measure and to verify."""

from __future__ import annotations

import inspect
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
from keras.src.backend import KerasTensor
from keras.src.models.functional import serialize_node

from catalog_builder.normal import config_of, normal, same

# Inputs to try, most usual first; all tensors of a call share a shape unless the op
# is named below.
_TENSORS: tuple[tuple[tuple[int, ...], str], ...] = (
    ((2, 4, 4, 3), "float32"),
    ((4, 4), "float32"),
    ((2, 4, 4, 3), "int32"),
    ((2, 4, 4, 3), "bool"),
    ((2, 4), "float32"),
    ((4,), "float32"),
    ((4,), "int32"),
    ((3,), "float32"),
    ((2, 4, 4), "float32"),
    ((2, 3, 3), "float32"),
    ((2, 4, 4, 4, 3), "float32"),
    ((4,), "complex64"),
)


def _in(*shape: int, dtype: str = "float32") -> KerasTensor:
    return keras.Input(batch_shape=shape, dtype=dtype)


# Arguments by function, where the general table does not do.
_SPECIAL: dict[str, Any] = {
    "affine_transform": lambda: {"images": _in(2, 4, 4, 3), "transform": _in(2, 8)},
    "adaptive_average_pool": lambda: {"inputs": _in(2, 8, 8, 3), "output_size": (2, 2)},
    "adaptive_max_pool": lambda: {"inputs": _in(2, 8, 8, 3), "output_size": (2, 2)},
    "arange": lambda: {"start": 0, "stop": _in(dtype="int32")},
    "batch_normalization": lambda: {
        "x": _in(2, 4),
        "mean": _in(4),
        "variance": _in(4),
        "axis": -1,
    },
    "conv": lambda: {"inputs": _in(2, 8, 8, 3), "kernel": _in(3, 3, 3, 5)},
    "conv_transpose": lambda: {"inputs": _in(2, 8, 8, 3), "kernel": _in(3, 3, 5, 3)},
    "concatenate": lambda: {"xs": [_in(2, 4), _in(2, 4)]},
    "cdist": lambda: {"x": _in(2, 4), "y": _in(3, 4)},
    "ctc_decode": lambda: {
        "inputs": _in(2, 5, 4),
        "sequence_lengths": _in(2, dtype="int32"),
    },
    "ctc_loss": lambda: {
        "target": _in(2, 3, dtype="int32"),
        "output": _in(2, 5, 4),
        "target_length": _in(2, dtype="int32"),
        "output_length": _in(2, dtype="int32"),
    },
    "crop_images": lambda: {
        "images": _in(2, 8, 8, 3),
        "top_cropping": 1,
        "left_cropping": 1,
        "target_height": 4,
        "target_width": 4,
    },
    "depth_to_space": lambda: {"x": _in(2, 4, 4, 8), "block_size": 2},
    "depthwise_conv": lambda: {"inputs": _in(2, 8, 8, 3), "kernel": _in(3, 3, 3, 1)},
    "digitize": lambda: {"x": _in(2, 4), "bins": _in(3)},
    "dot_product_attention": lambda: {
        "query": _in(2, 4, 2, 3),
        "key": _in(2, 4, 2, 3),
        "value": _in(2, 4, 2, 3),
    },
    "dstack": lambda: {"xs": [_in(2, 4), _in(2, 4)]},
    "hstack": lambda: {"xs": [_in(2, 4), _in(2, 4)]},
    "vstack": lambda: {"xs": [_in(2, 4), _in(2, 4)]},
    "einsum": lambda: {"subscripts": "ij,jk->ik", "operands": (_in(2, 3), _in(3, 4))},
    "extract_sequences": lambda: {
        "x": _in(2, 16),
        "sequence_length": 4,
        "sequence_stride": 2,
    },
    "fft": lambda: {"x": (_in(2, 4), _in(2, 4))},
    "fft2": lambda: {"x": (_in(4, 4), _in(4, 4))},
    "ifft2": lambda: {"x": (_in(4, 4), _in(4, 4))},
    "irfft": lambda: {"x": (_in(2, 5), _in(2, 5))},
    "fold": lambda: {"x": _in(2, 12, 9), "output_size": 4, "kernel_size": 2},
    "full": lambda: {"shape": (2, 3), "fill_value": _in()},
    "full_like": lambda: {"x": _in(2, 4), "fill_value": 3.0},
    "in_top_k": lambda: {
        "targets": _in(2, dtype="int32"),
        "predictions": _in(2, 4),
        "k": 2,
    },
    "istft": lambda: {
        "x": (_in(2, 5, 9), _in(2, 5, 9)),
        "sequence_length": 16,
        "sequence_stride": 8,
        "fft_length": 16,
    },
    "map_coordinates": lambda: {
        "inputs": _in(4, 4),
        "coordinates": _in(2, 5),
        "order": 1,
    },
    "meshgrid": lambda: {"x": (_in(3), _in(4))},
    "moments": lambda: {"x": _in(2, 4), "axes": (0,)},
    "multi_hot": lambda: {"inputs": _in(2, 4, dtype="int32"), "num_classes": 5},
    "one_hot": lambda: {"x": _in(2, 4, dtype="int32"), "num_classes": 5},
    "pad_images": lambda: {
        "images": _in(2, 8, 8, 3),
        "top_padding": 1,
        "left_padding": 1,
        "target_height": 16,
        "target_width": 16,
    },
    "perspective_transform": lambda: {
        "images": _in(2, 4, 4, 3),
        "start_points": _in(2, 4, 2),
        "end_points": _in(2, 4, 2),
    },
    "psnr": lambda: {"x1": _in(2, 4), "x2": _in(2, 4), "max_val": 1.0},
    "rearrange": lambda: {"tensor": _in(2, 3, 4), "pattern": "a b c -> c (a b)"},
    "scale_and_translate": lambda: {
        "images": _in(2, 4, 4, 3),
        "output_shape": (2, 8, 8, 3),
        "scale": _in(2),
        "translation": _in(2),
        "spatial_dims": (1, 2),
        "method": "linear",
    },
    "scatter": lambda: {
        "indices": _in(2, 1, dtype="int32"),
        "values": _in(2, 3),
        "shape": (4, 3),
    },
    "scatter_update": lambda: {
        "inputs": _in(4, 3),
        "indices": _in(2, 1, dtype="int32"),
        "updates": _in(2, 3),
    },
    "searchsorted": lambda: {"sorted_sequence": _in(4), "values": _in(3)},
    "segment": lambda: {"data": _in(4), "segment_ids": _in(4, dtype="int32")},
    "select": lambda: {
        "condlist": [_in(2, dtype="bool"), _in(2, dtype="bool")],
        "choicelist": [_in(2), _in(2)],
    },
    "separable_conv": lambda: {
        "inputs": _in(2, 8, 8, 3),
        "depthwise_kernel": _in(3, 3, 3, 1),
        "pointwise_kernel": _in(1, 1, 3, 5),
    },
    "slice": lambda: {"inputs": _in(4, 4), "start_indices": [0, 1], "shape": (2, 2)},
    "slice_update": lambda: {
        "inputs": _in(4, 4),
        "start_indices": [0, 1],
        "updates": _in(2, 2),
    },
    "sparse_categorical_crossentropy": lambda: {
        "target": _in(2, dtype="int32"),
        "output": _in(2, 4),
    },
    "stack": lambda: {"x": [_in(2, 4), _in(2, 4)]},
    "stft": lambda: {
        "x": _in(2, 64),
        "sequence_length": 16,
        "sequence_stride": 8,
        "fft_length": 16,
    },
    "take": lambda: {"x": _in(4, 4), "indices": [0, 1]},
    "unfold": lambda: {"x": _in(2, 3, 8, 8), "kernel_size": 2},
    "view_as_real": lambda: {"x": _in(4, dtype="complex64")},
    "where": lambda: {
        "condition": _in(2, dtype="bool"),
        "x1": _in(2),
        "x2": 0.5,
    },
}

# Values to try by parameter name, in the place of required or optional arguments.
_VALUES: dict[str, tuple[Any, ...]] = {
    "axes": ((0, 1), (1, 0), 1),
    "axes_lengths": ({},),
    "axis": (0, 1, -1),
    "axis1": (0, 1),
    "axis2": (1, 2),
    "block_size": (2,),
    "data_format": ("channels_last", "channels_first"),
    "default_value": (0.0,),
    "destination": (0,),
    "dtype": ("float16", "int32"),
    "indices_or_sections": (2, [1]),
    "k": (2, 1),
    "key": ((slice(None), 0), 0, (Ellipsis, None, slice(0, 1))),
    "kth": (1,),
    "max_val": (1.0,),
    "method": ("nearest", "lanczos3"),
    "mode": ("reflect", "full", "same"),
    "newshape": ((-1,), (4, -1)),
    "num_classes": (5,),
    "output_size": (2,),
    "pad_width": (1, ((0, 1),)),
    "padding": ("same", 1),
    "pattern": ("a b -> b a",),
    "pool_size": (2,),
    "q": (0.5,),
    "repeats": (2,),
    "shape": ((2, 4, 4, 3), (8, 8)),
    "shift": (1,),
    "size": ((2, 2), 2),
    "source": (1,),
    "target_height": (4,),
    "target_width": (4,),
    "threshold": (0.5, 0.25),
    "x_max": (1.0,),
    "x_min": (0.0,),
}
_OTHER_VALUES: tuple[Any, ...] = (True, False, 2, 3, 0.5, "nearest", "reflect", (1, 2))


@dataclass(frozen=True)
class Example:
    """One symbolic call of a public function, as a model's config records it.

    Attributes:
        given: The function's arguments.
        cls: The class of the op that it made.
        config: The op's config.
        args: Positional arguments of the call, serialised.
        kwargs: Keyword arguments of the call, serialised.
        outputs: How many tensors it returned.
    """

    given: dict[str, Any]
    cls: type
    config: dict[str, Any]
    args: list[Any]
    kwargs: dict[str, Any]
    outputs: int


def record(function: Any, given: dict[str, Any]) -> Example | None:
    """Call a function and take down what a config would say.

    Args:
        function: A public function of Keras.
        given: Its arguments by parameter; variadic ones as a tuple or a dict.

    Returns:
        The record, or `None` if Keras refused.
    """
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    parameters = inspect.signature(function).parameters
    variadic = any(p.kind is p.VAR_POSITIONAL for p in parameters.values())
    for name, value in given.items():
        kind = parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            args += value
        elif kind is inspect.Parameter.VAR_KEYWORD:
            kwargs |= value
        elif variadic and kind is inspect.Parameter.POSITIONAL_OR_KEYWORD:
            args.append(value)
        else:
            kwargs[name] = value
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = keras.tree.flatten(function(*args, **kwargs))
            operation = result[0]._keras_history.operation
            node = normal(serialize_node(operation._inbound_nodes[-1], ()))
            config = config_of(operation)
    except Exception:
        return None
    config.pop("name", None)
    return Example(
        given, type(operation), config, node["args"], node["kwargs"], len(result)
    )


def _requirements(function: Any) -> Iterator[dict[str, Any]]:
    """Yield arguments to try for what a function requires."""
    name = function.__name__
    special = _SPECIAL.get("segment" if name.startswith("segment_") else name)
    if special is not None:
        yield special()
        return
    required = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind is not parameter.VAR_KEYWORD
    ]
    for shape, dtype in _TENSORS:
        plain = [p.name for p in required[1:] if p.name in _VALUES]
        for values in itertools.product(*(_VALUES[name] for name in plain)):
            given: dict[str, Any] = {}
            for parameter in required:
                if parameter.name in plain:
                    given[parameter.name] = values[plain.index(parameter.name)]
                else:
                    tensor = _in(*shape, dtype=dtype)
                    several = parameter.kind is parameter.VAR_POSITIONAL
                    given[parameter.name] = (tensor,) if several else tensor
            yield given


_examples: dict[str, Example | None] = {}


def example(recipe: Any) -> Example | None:
    """Find one call that makes the op of a recipe.

    Args:
        recipe: A `catalog_builder.ops.Recipe`.

    Returns:
        The call with only required arguments, or `None` if none was found.
    """
    key = f"{recipe.cls.__module__}.{recipe.cls.__name__}"
    if key not in _examples:
        found = (record(recipe.function, g) for g in _requirements(recipe.function))
        _examples[key] = next((e for e in found if e and e.cls is recipe.cls), None)
    return _examples[key]


def variants(recipe: Any) -> Iterator[Example]:
    """Yield further calls, each with one optional argument given.

    Args:
        recipe: A `catalog_builder.ops.Recipe`.

    Yields:
        Calls that Keras accepts and that record something else than the plain one.
    """
    plain = example(recipe)
    if plain is None:
        return
    for parameter in inspect.signature(recipe.function).parameters.values():
        if parameter.default is parameter.empty or parameter.name in plain.given:
            continue
        for value in _VALUES.get(parameter.name, ()) + _OTHER_VALUES:
            found = record(recipe.function, plain.given | {parameter.name: value})
            if found is None:
                continue
            before = [plain.config, plain.args, plain.kwargs]
            if not same([found.config, found.args, found.kwargs], before):
                yield found
                break
