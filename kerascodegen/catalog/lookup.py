"""What the installed catalog knows of Keras' classes, ops and functions.

The data is `keras.json` beside this file; `scripts/build_catalog.py` measures it on a
real Keras. Names are matched exactly, never by prefix: a config names what it likes,
and only what is listed here may become an import.

The file has one entry a line, in these sections:

    classes           by the `module.class_name` that Keras writes for the class
    class_aliases     every other path of the same class, to that key
    ops               by the op class that a functional config names
    functions         every path of a function that computes, to the path to write
    builtin_functions names that configs give without a module (`"relu"`, `"mse"`)

In an entry, `!` behind a parameter means required, `*` and `**` in front variadic and
`~` keyword-only; fields that have their usual value are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

# JSON, in the form that a config file holds.
Json = Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a constructor or of a layer's `call`.

    Attributes:
        name: Its name.
        required: Whether it has to be given.
        variadic: `"*"` or `"**"` for one that takes the rest, else `""`.
    """

    name: str
    required: bool
    variadic: str = ""


@dataclass(frozen=True, slots=True)
class LostArgument:
    """A constructor argument that a config does not have.

    Attributes:
        name: The argument.
        attribute: Where a live instance holds its value; behind a dot stands a dict's
            key or an attribute of the attribute.
        default: What it is unless given, as JSON.
    """

    name: str
    attribute: str
    default: Json


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class of Keras that a config can name.

    Attributes:
        key: `module.class_name` as Keras serialises it.
        kind: `"layer"`, `"cell"`, `"initializer"`, `"regularizer"`, `"constraint"`,
            `"loss"`, `"metric"`, `"optimizer"`, `"optimizer_map"`, `"schedule"`,
            `"dtype_policy"`, `"quantizer"`, `"quantization_config"`,
            `"seed_generator"` or `"other"`.
        import_path: The path to write in source.
        parameters: Of the constructor, in order, without variadic ones.
        extra_keywords: What the constructor takes besides, sorted; `"*"` in it means
            that it takes just any keyword.
        positional: How many leading parameters are written without their names.
        defaults: By config key, what an instance has that was given only what it
            needs. Keys that are missing here have no default and are always written.
        default_from: Config keys that take another key's value unless given, such as
            `strides` from `pool_size`.
        affected_by: Config keys that another argument changes in some other way; its
            value in `defaults` is right only while that argument is a default too.
        derived: Config keys whose value nobody can foretell: drawn at random (seeds)
            or made from a required argument (`Bidirectional.backward_layer`).
        default_name: The name that instances have unless given, where it is constant.
        auto_name: The name to which Keras adds a number, where it does that.
        string: The string for which Keras makes an equal default object, or `None`.
        shorter: By parameter, the rule that `shorten` applies.
        supports_masking: A layer's own claim.
        compute_mask: `"custom"` where a layer overrides it.
        call: Parameters of a layer's `call`.
        training: The default of `call`'s `training`, with which Keras records a call
            that says nothing of it; `None` where it records nothing.
        unsafe: The class runs or loads foreign code; source shows a stub instead.
        lost: Arguments that `get_config` does not give back.
    """

    key: str
    kind: str
    import_path: str
    parameters: tuple[Parameter, ...]
    extra_keywords: tuple[str, ...]
    positional: int
    defaults: Mapping[str, Json]
    default_from: Mapping[str, str]
    affected_by: Mapping[str, str]
    derived: frozenset[str]
    default_name: str | None
    auto_name: str | None
    string: str | None
    shorter: Mapping[str, int | str]
    supports_masking: bool
    compute_mask: Literal["default", "custom"]
    call: tuple[Parameter, ...]
    training: bool | None
    unsafe: bool
    lost: tuple[LostArgument, ...]

    @property
    def name(self) -> str:
        """The bare class name, as configs give it."""
        return self.key.rpartition(".")[2]

    def accepts(self, keyword: str) -> bool:
        """Tell whether the constructor takes a keyword.

        Args:
            keyword: A config key.

        Returns:
            Whether it may be written as an argument.
        """
        return (
            any(parameter.name == keyword for parameter in self.parameters)
            or keyword in self.extra_keywords
            or "*" in self.extra_keywords
        )


@dataclass(frozen=True, slots=True)
class OpParameter:
    """A parameter of the public function that makes an op.

    Attributes:
        name: Its name in the function.
        source: Where its value is found: the op's `"config"` or its `"call"`.
        key: The config key, or the name of the call parameter.
        position: Index among the call's positional arguments, for `"call"`; where the
            node has fewer, the value is a keyword argument or the default.
        required: Whether the function must be given it.
        default: What the config or call holds when it is not given.
        variadic: `"*"` or `"**"` for one that takes the rest, else `""`.
        keyword_only: Whether the name must be written.
    """

    name: str
    source: Literal["config", "call"]
    key: str
    position: int | None
    required: bool
    default: Json
    variadic: str
    keyword_only: bool


@dataclass(frozen=True, slots=True)
class OpEntry:
    """An op class, and the public function and operator that make it.

    Attributes:
        key: `module.class_name` as a functional config names it.
        function: Path of the public function to write.
        parameters: Of that function, in order.
        positional: How many leading parameters are written without their names.
        operator: The Python operator on tensors that makes exactly this op (`"+"`,
            `"~"`, `"[]"`), or `None`.
        arity: 1 for a unary operator, else 2.
        reflected: Whether the operator's left operand may be a plain number.
        outputs: Number of tensors, or the name of the rule that tells it.
        forced: Config keys that the function does not let the caller choose, with
            the value that it forces. Another value cannot be written.
        verified: Whether the way back was tried out on a symbolic call.
    """

    key: str
    function: str
    parameters: tuple[OpParameter, ...]
    positional: int
    operator: str | None
    arity: int
    reflected: bool
    outputs: int | str
    forced: Mapping[str, Json]
    verified: bool

    @property
    def name(self) -> str:
        """The bare class name."""
        return self.key.rpartition(".")[2]


@cache
def catalog_data() -> dict[str, Json]:
    """Read the whole file, once.

    Returns:
        Its sections by name.
    """
    text = Path(__file__).with_name("keras.json").read_text(encoding="utf-8")
    data: dict[str, Json] = json.loads(text)
    return data


def keras_version() -> str:
    """Tell which Keras the catalog was measured on.

    Returns:
        The version, such as `"3.15.1"`.
    """
    return str(catalog_data()["keras"])


@cache
def find_class(path: str) -> ClassEntry | None:
    """Look a class up by any path that Keras knows it under.

    Args:
        path: `module.class_name`, in full.

    Returns:
        The entry, or `None` for a class that is not Keras' own.
    """
    data = catalog_data()
    key = data["class_aliases"].get(path, path)
    raw = data["classes"].get(key)
    if raw is None:
        return None
    extra = tuple(raw.get("extra", ()))
    return ClassEntry(
        key=key,
        kind=raw["kind"],
        import_path=raw.get("path", key),
        parameters=tuple(_parameter(text) for text in raw["params"]),
        extra_keywords=extra,
        positional=raw.get("positional", 0),
        defaults=raw.get("defaults", {}),
        default_from=raw.get("default_from", {}),
        affected_by=raw.get("affected_by", {}),
        derived=frozenset(raw.get("derived", ())),
        default_name=raw.get("default_name"),
        auto_name=raw.get("auto_name"),
        string=raw.get("string"),
        shorter=raw.get("shorten", {}),
        supports_masking=raw.get("supports_masking", False),
        compute_mask=raw.get("compute_mask", "default"),
        call=tuple(_parameter(text) for text in raw.get("call", ())),
        training=raw.get("training"),
        unsafe=raw.get("unsafe", False),
        lost=tuple(
            LostArgument(name, *row) for name, row in raw.get("lost", {}).items()
        ),
    )


def _parameter(text: str) -> Parameter:
    name = text.lstrip("*")
    stars = text[: len(text) - len(name)]
    return Parameter(name.rstrip("!"), name.endswith("!"), stars)


@cache
def find_op(path: str) -> OpEntry | None:
    """Look an op class up.

    Args:
        path: `module.class_name`, in full.

    Returns:
        The entry, or `None` for an op that no public function makes.
    """
    raw = catalog_data()["ops"].get(path)
    if raw is None:
        return None
    call = [name.lstrip("*") for name in raw["call"]]
    return OpEntry(
        key=path,
        function=raw["function"],
        parameters=tuple(_op_parameter(row, call) for row in raw["params"]),
        positional=raw.get("positional", 1),
        operator=raw.get("operator"),
        arity=raw.get("arity", 2),
        reflected=raw.get("reflected", False),
        outputs=raw.get("outputs", 1),
        forced=raw.get("forced", {}),
        verified=not raw.get("unverified", False),
    )


def _op_parameter(row: list[Json], call: list[str]) -> OpParameter:
    marked, source, key = row[:3]
    name = marked.lstrip("*~")
    marks = marked[: len(marked) - len(name)]
    variadic = "" if marks == "~" else marks
    return OpParameter(
        name=name,
        source=source,
        key=key,
        position=call.index(key) if source == "call" and key in call else None,
        required=len(row) == 3 and not variadic,
        default=row[3] if len(row) == 4 else None,
        variadic=variadic,
        keyword_only=marks == "~",
    )


def find_function(module: str | None, name: str) -> str | None:
    """Look a function up that a config names in the place of an object.

    Args:
        module: What the config says; Keras says `"builtins"` for its own functions.
        name: The bare function name.

    Returns:
        The path to write, or `None` for a function that is not Keras' own.
    """
    if module is None or module == "builtins":
        found = catalog_data()["builtin_functions"].get(name)
    else:
        found = catalog_data()["functions"].get(f"{module}.{name}")
    return None if found is None else str(found)


@cache
def find_by_name(name: str, kind: str) -> ClassEntry | None:
    """Look a class up by its bare name, as old files have it.

    Args:
        name: The bare class name.
        kind: The kind that is expected where the name stands (see `ClassEntry`).

    Returns:
        The entry of the public class, or `None`.
    """
    for key, raw in catalog_data()["classes"].items():
        public = not key.startswith(("keras.src.", "keras._legacy."))
        if public and key.rpartition(".")[2] == name and raw["kind"] == kind:
            return find_class(key)
    return None


def shorten(entry: ClassEntry, parameter: str, value: Json) -> Json:
    """Find the shortest spelling that Keras expands to the same config.

    Args:
        entry: The class whose argument this is.
        parameter: The argument's name.
        value: Its value in the config.

    Returns:
        A scalar for a list of equal items, a flat list for a list of equal pairs,
        a bound for a range that it spans; or the value itself.
    """
    rule = entry.shorter.get(parameter)
    if rule is None or not isinstance(value, list) or not value:
        return value
    if isinstance(rule, int):
        return value[0] if len(value) == rule and _all_same(value) else value
    if rule == "pairs":
        if not all(isinstance(p, list) and len(p) == 2 and _all_same(p) for p in value):
            return value
        flat = [pair[0] for pair in value]
        return flat[0] if _all_same(flat) else flat
    if len(value) != 2 or not all(_is_number(item) for item in value):
        return value
    low, high = value
    lowest = -high if rule == "symmetric" else 0
    return high if low == lowest and high >= 0 else value


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _all_same(values: list[Json]) -> bool:
    """Whether all are one number or string; `1` and `1.0` are written differently."""
    first = values[0]
    return isinstance(first, int | float | str) and all(
        type(item) is type(first) and item == first for item in values
    )
