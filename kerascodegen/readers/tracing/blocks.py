"""Which layers are somebody's own, and which of those Keras can write down."""

from __future__ import annotations

import inspect
import json
import warnings
from collections.abc import Iterator
from typing import Any

from kerascodegen.readers.tracing.state import parts
from kerascodegen.readers.tracing.trial import changed_problem

# Methods of a model that a Functional made of its layers does not have.
_TRAINING_METHODS = (
    "train_step",
    "test_step",
    "predict_step",
    "compute_loss",
    "compute_metrics",
    "compile",
    "fit",
    "make_train_function",
)


def is_own_code(thing: Any) -> bool:
    """Tell whether the class of a layer is not one of Keras' own.

    Args:
        thing: A layer, model or op.

    Returns:
        True for classes of users and of other packages.
    """
    return not _is_keras(type(thing).__module__)


def _is_keras(module: object) -> bool:
    return str(module).partition(".")[0] == "keras"


def defined_in_keras(thing: Any, method: str) -> bool:
    """Tell whether a method is Keras' own, not overridden by a user's class.

    Args:
        thing: An object.
        method: Name of the method.

    Returns:
        Whether the first class that defines it is one of Keras'.
    """
    for cls in type(thing).__mro__:
        if method in vars(cls):
            return _is_keras(cls.__module__)
    return True


def training_methods(model: Any) -> list[str]:
    """Name what a model's class says about training that a Functional cannot say.

    Args:
        model: A model.

    Returns:
        Names of overridden methods.
    """
    return [name for name in _TRAINING_METHODS if not defined_in_keras(model, name)]


def graph_of(model: Any) -> Any | None:
    """Find the Functional whose graph is a model's forward pass.

    Args:
        model: Any layer.

    Returns:
        The model itself, or the one that a built Sequential hides; `None` where the
        forward pass is code.
    """
    import keras
    from keras.src.models.functional import Functional

    if not defined_in_keras(model, "call"):
        return None
    if isinstance(model, keras.Sequential):
        return model._functional
    return model if isinstance(model, Functional) else None


def is_plain_model(layer: Any) -> bool:
    """Tell whether a layer is a Functional or Sequential whose config has its layers.

    Args:
        layer: Any layer.

    Returns:
        False for subclasses whose config is the arguments of their constructor.
    """
    import keras
    from keras.src.models.functional import Functional

    if not is_own_code(layer):
        return isinstance(layer, Functional | keras.Sequential)
    if graph_of(layer) is None or isinstance(layer, keras.Sequential):
        return False
    if not defined_in_keras(layer, "get_config"):
        return False
    from keras.src.models.functional import functional_like_constructor

    return bool(functional_like_constructor(type(layer)))


def free_batch(model: Any) -> None:
    """Build a Sequential anew that was built for the batch size of its first data.

    A Sequential without an Input takes the first shape that it is called on for its
    own, batch and all. The model is changed.

    Args:
        model: A model; what is no such Sequential is left alone.
    """
    import keras

    if not isinstance(model, keras.Sequential) or not model._layers:
        return
    first = model._layers[0]
    if not isinstance(first, keras.layers.InputLayer) or first.batch_shape[:1] == (
        None,
    ):
        return
    if any(getattr(one, "stateful", False) for one in model._flatten_layers()):
        return
    shape = (None, *first.batch_shape[1:])
    renewed = keras.layers.InputLayer(
        batch_shape=shape, dtype=first.dtype, name=first.name
    )
    vars(model)["_layers"] = [renewed, *model._layers[1:]]
    vars(model)["_functional"] = None
    model.build(shape)


def own_blocks(layer: Any) -> Iterator[Any]:
    """Yield the layers of classes of somebody's own, through nested plain models.

    Args:
        layer: A plain model, or any layer.

    Yields:
        The blocks; not what stands inside them.
    """
    seen: set[int] = set()
    waiting = [layer]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if is_plain_model(one):
            waiting.extend(reversed(parts(one)))
        elif is_own_code(one):
            yield one


class Serialisable:
    """Remembers which blocks Keras could rebuild from their config."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def problem(self, layer: Any) -> str:
        """Say why a block cannot be rebuilt from its config.

        Args:
            layer: A layer of a user's class.

        Returns:
            The reason in few words, or `""` where it can be.
        """
        if id(layer) not in self._known:
            self._known[id(layer)] = _problem(layer)
        return self._known[id(layer)]


def _problem(layer: Any) -> str:
    import keras

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            config = layer.get_config()
            json.dumps(keras.saving.serialize_keras_object(layer))
    except Exception:
        return "its class has no get_config that Keras can save"
    if _inherits(layer, "from_config"):
        problem = _constructor_problem(type(layer), config)
        if problem:
            return problem
    return changed_problem(layer, config)


def _inherits(layer: Any, method: str) -> bool:
    return defined_in_keras(layer, method)


def _constructor_problem(cls: Any, config: dict[str, Any]) -> str:
    """Compare what a config has with what the constructor takes."""
    try:
        parameters = inspect.signature(cls.__init__).parameters
    except (TypeError, ValueError):
        return ""
    values = list(parameters.values())[1:]
    if not any(one.kind is one.VAR_KEYWORD for one in values):
        extra = [key for key in config if key not in parameters]
        if extra:
            return f"its constructor does not take {', '.join(sorted(extra))}"
    missing = [
        one.name
        for one in values
        if one.default is one.empty
        and one.kind not in {one.VAR_POSITIONAL, one.VAR_KEYWORD}
        and one.name not in config
    ]
    if missing:
        return f"its get_config lacks {', '.join(missing)}"
    return ""
