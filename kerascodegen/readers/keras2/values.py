"""Small values of old configs: strings that stand for objects, and dtype policies."""

from __future__ import annotations

from kerascodegen.catalog.lookup import find_class, find_function
from kerascodegen.errors import ReadError
from kerascodegen.graph.custom import CODE_KEY
from kerascodegen.graph.rescue import Change
from kerascodegen.readers.keras2.code import shipped_code
from kerascodegen.readers.keras2.context import Json, JsonObject, Report

# `tf.keras.mixed_precision` had them; the older ones also said how to scale the loss.
POLICIES = frozenset({"DTypePolicy", "Policy", "PolicyV1"})
_LISTS = frozenset({"ListWrapper", "TensorShape", "__tuple__"})
_MAX_DEPTH = 200
# By the end of an argument's name, what kind of object it takes.
_KINDS = {
    "initializer": "initializer",
    "regularizer": "regularizer",
    "constraint": "constraint",
    "learning_rate": "schedule",
    "optimizer": "optimizer",
}
# Names that Keras 2 took besides those of today (`keras/initializers.py`, 2.0 to 2.3).
_STRINGS = {
    "one": "ones",
    "zero": "zeros",
    "uniform": "random_uniform",
    "normal": "random_normal",
    "zeros_initializer": "zeros",
    "ones_initializer": "ones",
    "maxnorm": "max_norm",
    "nonneg": "non_neg",
    "unitnorm": "unit_norm",
}
# What TensorFlow calls its own functions (`_TF_ACTIVATIONS_V2` in activations.py).
_FUNCTIONS = {"softmax_v2": "softmax", "identity": "linear", "swish": "silu"}


def plain(value: Json, depth: int = 0) -> Json:
    """Undo what Keras 2 made of tuples, shapes and arrays, for rules to read.

    `get_json_type` in saving/legacy/saved_model/json_utils.py, and `default` in
    `save_model` until 2.3.

    Args:
        value: A value of a config.
        depth: How deep it stands.

    Returns:
        Lists and numbers in their place.

    Raises:
        ReadError: The value is nested too deeply.
    """
    if depth > _MAX_DEPTH:
        raise ReadError("The config is nested too deeply to be a model's.")
    if isinstance(value, list):
        return [plain(item, depth + 1) for item in value]
    if not isinstance(value, dict):
        return value
    if value.get("type") == "ndarray" and "value" in value:
        return plain(value["value"], depth + 1)
    name = value.get("class_name")
    if isinstance(name, str) and name in _LISTS:
        items = value.get("items", value.get("config"))
        if isinstance(items, list):
            return [plain(item, depth + 1) for item in items]
    return {key: plain(item, depth + 1) for key, item in value.items()}


def kind_of(key: str) -> str | None:
    """Tell which kind of object an argument takes.

    Args:
        key: The argument's name.

    Returns:
        A kind of the catalog, or `None` where the name does not tell.
    """
    return next((kind for end, kind in _KINDS.items() if key.endswith(end)), None)


def policy_name(value: JsonObject) -> str:
    """Give a dtype policy by its name, as Keras 3 takes it.

    Args:
        value: The serialised policy.

    Returns:
        Its name.

    Raises:
        ReadError: It has none.
    """
    config = value.get("config")
    name = config.get("name") if isinstance(config, dict) else None
    if not isinstance(name, str):
        raise ReadError("A dtype policy in the config has no name.")
    return name


def by_string(value: str, key: str) -> Json:
    """Make the object that a string stands for, so that defaults are recognised.

    Args:
        value: Such as `"glorot_uniform"`, for an argument `kernel_initializer`.
        key: The argument's name.

    Returns:
        The object; the string itself where it names none.
    """
    kind = kind_of(key)
    if kind not in {"initializer", "regularizer", "constraint"}:
        return value
    entry = find_class(f"keras.{kind}s.{_STRINGS.get(value, value)}")
    if entry is None or entry.kind != kind:
        return value
    return {
        "module": entry.key.rpartition(".")[0],
        "class_name": entry.name,
        "config": dict(entry.defaults),
        "registered_name": None,
    }


def activation(
    name: str, report: Report, where: str, value: JsonObject | None = None
) -> Json:
    """Write an activation, which old configs name.

    Args:
        name: The function's name, `"package>name"` of a registered one.
        report: Takes what is changed.
        where: The layer.
        value: The serialised function, where it is no bare string.

    Returns:
        The name of one of Keras' own; of any other, a serialised function.
    """
    module = value.get("module") if value else None
    own = module in (None, "builtins") or str(module).startswith(
        ("keras.", "tf_keras.", "tensorflow.")
    )
    if own and name == "hard_sigmoid":
        report.changes.append(
            Change("hard_sigmoid", where, "hard_sigmoid keeps the slope of Keras 2")
        )
        return {
            "module": None,
            "class_name": "function",
            "config": "hard_sigmoid",
            "registered_name": "keras2>hard_sigmoid",
            CODE_KEY: shipped_code("hard_sigmoid", "hard_sigmoid"),
        }
    if own and name in _FUNCTIONS and name != "swish":
        what = f"{name} is called {_FUNCTIONS[name]}"
        report.changes.append(Change("activation_name", where, what))
    name = _FUNCTIONS.get(name, name) if own else name
    if own and find_function(None, name) is not None:
        return name
    registered = value.get("registered_name") if value else None
    return {
        "module": module if not own else "builtins",
        "class_name": "function",
        "config": name,
        "registered_name": registered if isinstance(registered, str) else name,
    }
