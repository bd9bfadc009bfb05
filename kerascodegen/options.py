"""What the user asked for: made once from the command line or Python, passed down."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path

from kerascodegen.errors import OptionError, printable
from kerascodegen.lambda_option import parse_lambda
from kerascodegen.literals import is_dotted_name
from kerascodegen.sidecars import is_file_stem

TENSOR_CHOICES = ("named", "chain")
NAME_CHOICES = ("keep", "auto")
BLOCK_CHOICES = ("function", "layer")


@dataclass(frozen=True, slots=True)
class Options:
    """How the source is written.

    Attributes:
        style: Name of an emitter in the entry-point group `kerascodegen.styles`.
        shapes: Add each tensor's shape and each layer's parameter count as a comment.
        tensors: `"named"` names every tensor after its layer; `"chain"` rebinds `x`
            along straight runs.
        names: `"keep"` writes every layer name; `"auto"` leaves out those that Keras
            would give itself.
        compile: Write `compile_model` where the original was compiled.
        keep_training: Keep `training=False` on calls, which Keras records by itself.
        line_length: Columns that black formats to.
        templates: A directory whose templates take precedence over the packaged ones.
        input_shape: Shape without the batch, for a Sequential that has no input.
        sidecars: What the names of files beside the source begin with, which then take
            large constants and vocabularies; `None` writes everything into the source.
        flatten: Write the layers of nested models into the outer model.
        submodel: Name of the layer whose output ends the model; `None` for all of it.
        inline: Trace into the custom blocks of a subclassed model instead of keeping
            them as layers.
        allow_import: Packages that custom classes and functions of a file may be
            imported from.
        custom_objects: Where custom classes and functions stand:
            `"package>Name=module:attr"` each.
        lambdas: Source of lambdas that a file has as bytecode: `"layer=lambda x: x"`
            each.
        block_kind: Style blocks: `"function"` writes blocks as functions, `"layer"` as
            subclasses of `keras.layers.Layer`.
        min_repeats: How often something must occur to become a block.
        min_size: How many calls a block must have.
        max_parameters: How many parameters a block may have, its name not counted.
    """

    style: str = "functional"
    shapes: bool = False
    tensors: str = "named"
    names: str = "keep"
    compile: bool = True
    keep_training: bool = False
    line_length: int = 88
    templates: Path | None = None
    input_shape: tuple[int | None, ...] | None = None
    sidecars: str | None = None
    flatten: bool = False
    submodel: str | None = None
    inline: bool = False
    allow_import: tuple[str, ...] = ()
    custom_objects: tuple[str, ...] = ()
    lambdas: tuple[str, ...] = ()
    block_kind: str = "function"
    min_repeats: int = 2
    min_size: int = 2
    max_parameters: int = 8

    def __post_init__(self) -> None:
        """Refuse values that no style could honour.

        Raises:
            OptionError: A value is not among the choices or out of range.
        """
        for name, value, choices in (
            ("tensors", self.tensors, TENSOR_CHOICES),
            ("names", self.names, NAME_CHOICES),
            ("block_kind", self.block_kind, BLOCK_CHOICES),
        ):
            if value not in choices:
                raise OptionError(
                    f"{name}={value!r} is not one of {', '.join(choices)}."
                )
        if self.block_kind == "layer":
            if self.style != "blocks":
                raise OptionError("--block-kind layer needs --style blocks.")
            if self.names == "auto":
                raise OptionError(
                    "--block-kind layer moves layers into blocks, where Keras counts "
                    "their automatic names anew; leave out --names auto."
                )
        for name, least in (("min_repeats", 2), ("min_size", 1), ("max_parameters", 0)):
            if getattr(self, name) < least:
                raise OptionError(f"{name}={getattr(self, name)} is below {least}.")
        if not 40 <= self.line_length <= 1000:
            raise OptionError(
                f"line_length={self.line_length} is not between 40 and 1000."
            )
        if self.sidecars is not None and not is_file_stem(self.sidecars):
            raise OptionError(
                f"sidecars={printable(self.sidecars)!r} is not the beginning of a "
                "file's name."
            )
        for package in self.allow_import:
            if not isinstance(package, str) or not is_dotted_name(package):
                raise OptionError(
                    f"--allow-import {printable(package, 60)} is not the name of a "
                    "package, such as keras_hub or my_package.layers."
                )
        for entry in self.custom_objects:
            parse_custom_object(entry)
        for entry in self.lambdas:
            parse_lambda(entry)

    @classmethod
    def make(cls, options: dict[str, object]) -> Options:
        """Build options from keyword arguments of the Python API.

        Args:
            options: Field names with their values; `templates` may be a string and
                `input_shape` any sequence.

        Returns:
            The options.

        Raises:
            OptionError: A name or value is not known.
        """
        known = {field.name for field in fields(cls)}
        choices = ", ".join(sorted(known))
        for name in options:
            if name not in known:
                raise OptionError(
                    f"There is no option {name!r}; choose from {choices}."
                )
        values = dict(options)
        if isinstance(values.get("templates"), str):
            values["templates"] = Path(str(values["templates"]))
        shape = values.get("input_shape")
        if isinstance(shape, list | tuple):
            values["input_shape"] = tuple(shape)
        for name in ("allow_import", "custom_objects", "lambdas"):
            if isinstance(values.get(name), str):
                values[name] = (values[name],)
            if isinstance(values.get(name), list | tuple):
                values[name] = tuple(values[name])  # type: ignore[arg-type]
        return cls(**values)  # type: ignore[arg-type]

    def to_dict(self) -> dict[str, object]:
        """Give what `make` takes, as plain JSON.

        Returns:
            Field names with their values.
        """
        plain = asdict(self)
        if self.templates is not None:
            plain["templates"] = str(self.templates)
        return plain


def parse_custom_object(entry: str) -> tuple[str, str, str]:
    """Read where a custom object of a model file stands.

    Args:
        entry: `"package>Name=module:attr"` or `"Name=module:attr"`.

    Returns:
        The name in the file, the module, and the attribute there.

    Raises:
        OptionError: It is not of that form.
    """
    shown = f"--custom-object {printable(entry, 80)}"
    example = "Write it like 'my_package>L2Norm=my_package.layers:L2Norm'."
    name, equals, place = str(entry).rpartition("=")
    module, colon, attribute = place.partition(":")
    if not equals or not colon or not name.strip():
        raise OptionError(f"{shown} does not say NAME=MODULE:ATTR. {example}")
    if module.endswith(".py") or "/" in module:
        raise OptionError(
            f"{shown} names a file, which source cannot import. Name the module: for "
            "layers.py in the working directory that is 'layers:L2Norm'."
        )
    for what, text in (("a module", module), ("an attribute", attribute)):
        if not is_dotted_name(text):
            raise OptionError(
                f"{shown}: {printable(text, 60)!r} is no name of {what}. {example}"
            )
    return name, module, attribute
