"""Templates to text, text through black, and a last look at what is written."""

from __future__ import annotations

import functools
from pathlib import Path

import black
import jinja2
from black.parsing import InvalidInput

import kerascodegen
from kerascodegen.emitters.source import SourceModule
from kerascodegen.errors import InternalError, OptionError, UnsupportedModelError

# Ten thousand layers are two million. Formatting takes black minutes from there on.
MAX_SOURCE = 8_000_000


def template_directory() -> Path:
    """Find the templates: inside the installed package, else in the checkout.

    Jinja's `PackageLoader` does not find them in an editable install, where they stand
    beside the package and not in it.
    """
    package = Path(kerascodegen.__file__).parent
    packaged = package / "templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


@functools.cache
def environment(directory: Path | None) -> jinja2.Environment:
    """Make the template environment.

    Args:
        directory: The user's templates, which take precedence, or `None`.

    Returns:
        A strict environment: an undefined name in a template is an error.
    """
    folders = [template_directory()]
    if directory is not None:
        folders.insert(0, directory)
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # The output is Python, never a page.
        autoescape=False,
    )


def render(module: SourceModule, template: str, directory: Path | None) -> str:
    """Render a module through its template.

    Args:
        module: What is written.
        template: The template's name, such as `"functional/module.py.j2"`.
        directory: The user's templates, or `None`.

    Returns:
        Python source, not yet formatted.

    Raises:
        OptionError: A template of the user's does not work.
        InternalError: One of ours does not.
    """
    if directory is not None and not directory.is_dir():
        raise OptionError(f"There is no directory of templates {directory}.")
    try:
        return environment(directory).get_template(template).render(module=module)
    except Exception as error:
        # Templates are programs: they divide by zero and loop over numbers.
        problem = f"The template {template} does not work: {error}"
        raise (OptionError if directory else InternalError)(problem) from error


def format_source(source: str, line_length: int, *, own_templates: bool = False) -> str:
    """Format source with black's stable style.

    Args:
        source: Python source.
        line_length: Columns.
        own_templates: Whether the user's templates had a part in it.

    Returns:
        The source, which black leaves unchanged.

    Raises:
        InternalError: The source is not Python.
        UnsupportedModelError: It is far too long.
        OptionError: The same, and the user's templates had a part in it.
    """
    if len(source) > MAX_SOURCE:
        raise UnsupportedModelError(
            f"The source would be {len(source):,} characters long, which nobody could "
            f"read; at most {MAX_SOURCE:,} are written. Large constants in the model's "
            "config go into a file beside it with -o; --submodel writes a part."
        )
    mode = black.Mode(line_length=line_length)
    try:
        return black.format_str(source, mode=mode)
    except InvalidInput as error:
        if own_templates:
            raise OptionError(f"The templates do not give Python: {error}") from error
        raise InternalError(f"The source is not Python: {error}") from error
