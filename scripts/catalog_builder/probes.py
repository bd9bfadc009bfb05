"""Find out about a class by constructing it with many arguments."""

from __future__ import annotations

import re
from typing import Any

import keras

from catalog_builder.normal import config_of, same
from catalog_builder.samples import parameters, sample

# Keywords that may reach a base class through **kwargs, with a value to try.
_CANDIDATES: dict[str, Any] = {
    "activity_regularizer": None,
    "autocast": True,
    "bounding_box_format": "xyxy",
    "clipnorm": None,
    "clipvalue": None,
    "dtype": "float32",
    "ema_momentum": 0.99,
    "ema_overwrite_frequency": None,
    "global_clipnorm": None,
    "gradient_accumulation_steps": None,
    "learning_rate": 0.5,
    "lora_alpha": 2,
    "lora_rank": 2,
    "loss_scale_factor": None,
    "name": "probe",
    "quantization_config": None,
    "seed": 1,
    "trainable": True,
    "use_ema": False,
    "vocabulary_dtype": None,
    "weight_decay": None,
}
_NONSENSE = "no_such_keyword_in_keras"


def make(path: str, cls: type, which: int = 0, **more: Any) -> Any:
    """Construct a class with what it needs and something more.

    Args:
        path: The class as configs name it.
        cls: The class.
        which: Which of the two sets of sample arguments.
        **more: Further arguments.

    Returns:
        The instance.
    """
    return cls(**(sample(path, cls, which) | more))


def accepts(path: str, cls: type, name: str, value: Any) -> bool:
    """Tell whether a constructor takes a keyword.

    Args:
        path: The class as configs name it.
        cls: The class.
        name: The keyword.
        value: A value that is harmless if the keyword is known.

    Returns:
        Whether construction and serialisation succeed.
    """
    return _config(path, cls, {name: value}) is not None


def _config(path: str, cls: type, more: dict[str, Any], which: int = 0) -> Any:
    try:
        return config_of(make(path, cls, which, **more))
    except Exception:
        return None


def extra_keywords(path: str, cls: type, config: dict[str, Any]) -> list[str]:
    """List the keywords that a constructor takes beyond its own parameters.

    Args:
        path: The class as configs name it.
        cls: The class.
        config: Config of an instance; its keys are candidates.

    Returns:
        Sorted keywords; `["*"]` if it takes just any.
    """
    if not any(p.kind is p.VAR_KEYWORD for p in parameters(cls)):
        return []
    if accepts(path, cls, _NONSENSE, 1):
        return ["*"]
    own = {parameter.name for parameter in parameters(cls)}
    candidates = [*config.items(), *_CANDIDATES.items()]
    return sorted(
        {
            name
            for name, value in candidates
            if name not in own and accepts(path, cls, name, value)
        }
    )


def defaults(path: str, cls: type) -> dict[str, Any]:
    """Measure the config of an instance that was given only what it needs.

    Args:
        path: The class as configs name it.
        cls: The class.

    Returns:
        `defaults`; `default_from`, the keys that follow another argument;
        `affected_by`, the keys that change with another argument in some other way;
        and `derived`, the keys whose value cannot be foretold (drawn at random, or
        made from a required argument).
    """
    needed = sample(path, cls)
    affected: dict[str, str] = {}
    first = config_of(make(path, cls))
    again = config_of(make(path, cls))
    second = _config(path, cls, {}, 1)
    values: dict[str, Any] = {}
    derived: list[str] = []
    follows: dict[str, str] = {}
    for key in sorted(set(first) - set(needed) - {"name"}):
        if not same(first[key], again.get(key)):
            derived.append(key)
        elif second is not None and not same(first[key], second.get(key)):
            source = _equal_required(key, first, second, list(needed))
            if source is None:
                derived.append(key)
            else:
                follows[key] = source
        else:
            values[key] = first[key]
    follows |= _followers(path, cls, values, affected)
    return {
        "affected_by": affected,
        "defaults": {key: values[key] for key in values if key not in follows},
        "default_from": follows,
        "derived": derived,
    }


def _equal_required(
    key: str, first: dict[str, Any], second: dict[str, Any], needed: list[str]
) -> str | None:
    for name in needed:
        if same(first[key], first.get(name)) and same(second[key], second.get(name)):
            return name
    return None


def _followers(
    path: str, cls: type, values: dict[str, Any], affected: dict[str, str]
) -> dict[str, str]:
    """Find defaults that change when another optional argument is given."""
    follows = {}
    names = {parameter.name for parameter in parameters(cls)}
    for name, value in values.items():
        if name not in names:
            continue
        for other in alternatives(value):
            config = _config(path, cls, {name: other})
            if config is None or same(config.get(name), value):
                continue
            for key in values:
                if key == name or same(config.get(key), values[key]):
                    continue
                if same(config.get(key), config[name]):
                    follows[key] = name
                else:
                    affected[key] = name
            break
    return follows


def alternatives(value: Any) -> list[Any]:
    """Make values to try in the place of a default.

    Args:
        value: The default, as JSON.

    Returns:
        Values of the same sort that differ from it.
    """
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1, value + 2]
    if isinstance(value, float):
        return [value * 0.5, value + 0.25]
    if isinstance(value, str):
        return [value + "_other", "channels_first", "float16", "multi_hot", "relu"]
    if isinstance(value, list):
        inner = [alternatives(item)[:1] for item in value]
        return [[item[0] for item in inner]] if value and all(inner) else [[1]]
    if value is None:
        return [2, 0.5, "float16", "relu", [1, 2], ["a", "b"], True]
    return []


def own_name(path: str, cls: type) -> dict[str, str]:
    """Tell the name that a class gives its instances.

    Args:
        path: The class as configs name it.
        cls: The class.

    Returns:
        `default_name`, where it never changes; or `auto_name`, what Keras puts a
        number behind.
    """
    if "name" in sample(path, cls):
        return {}
    names = [config_of(make(path, cls)).get("name") for _ in range(2)]
    if names[0] is None or names[1] is None:
        return {}
    if names[0] == names[1]:
        return {"default_name": names[0]}
    stems = {re.sub(r"_\d+$", "", str(name)) for name in names}
    return {"auto_name": stems.pop()} if len(stems) == 1 else {}


_GETTERS: dict[str, Any] = {
    "constraint": keras.constraints,
    "initializer": keras.initializers,
    "metric": keras.metrics,
    "optimizer": keras.optimizers,
    "quantizer": keras.quantizers,
    "regularizer": keras.regularizers,
}


def string_identifier(
    kind: str, cls: type, config: dict[str, Any], own: str | None
) -> str | None:
    """Find the string for which Keras makes an equal object.

    Args:
        kind: The kind of the class.
        cls: The class.
        config: Config of a default instance.
        own: The name that instances have, if it is always the same.

    Returns:
        The preferred string, or `None`.
    """
    from keras.src.utils.naming import to_snake_case

    module = _GETTERS.get(kind)
    if module is None:
        return None
    for name in (to_snake_case(cls.__name__), cls.__name__.lower()):
        # `compile` names a metric after its string, and picks what "accuracy" means
        # by the shape of the output.
        if kind == "metric" and (name != own or name == "accuracy"):
            continue
        try:
            found = module.get(name)
        except Exception:
            continue
        if type(found) is cls and same(
            config_of(found) | {"name": None}, config | {"name": None}
        ):
            return str(name)
    return None


def shorter_spellings(
    path: str, cls: type, config: dict[str, Any]
) -> dict[str, int | str]:
    """Find the parameters for which a scalar may stand for a list.

    Args:
        path: The class as configs name it.
        cls: The class.
        config: Config of an instance.

    Returns:
        Rules by parameter, as `kerascodegen.catalog.lookup.shorten` reads them.
    """
    rules: dict[str, int | str] = {}
    for parameter in parameters(cls):
        name = parameter.name
        if name not in config:
            continue
        for scalar in (3, 0.375):
            found = _config(path, cls, {name: scalar})
            if found is None:
                # `output_padding` has to be less than the strides.
                found = _config(path, cls, {name: scalar, "strides": 4})
            rule = None if found is None else _rule(found.get(name), scalar)
            if rule == "pairs" and not _pairs_hold(path, cls, name, found[name]):
                rule = None
            if rule is not None:
                rules[name] = rule
                break
    return rules


def _rule(value: Any, scalar: float) -> int | str | None:
    if not isinstance(value, list) or not value:
        return None
    if all(same(item, scalar) for item in value):
        return len(value)
    if all(same(item, [scalar, scalar]) for item in value):
        return "pairs"
    if same(value, [-scalar, scalar]):
        return "symmetric"
    if len(value) == 2 and value[0] == 0 and same(value[1], scalar):
        return "from_zero"
    return None


def _pairs_hold(path: str, cls: type, name: str, value: list[Any]) -> bool:
    """Check that a flat list stands for a list of equal pairs."""
    flat = list(range(1, len(value) + 1))
    config = _config(path, cls, {name: flat})
    return config is not None and same(config[name], [[n, n] for n in flat])
