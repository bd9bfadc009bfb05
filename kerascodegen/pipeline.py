"""From a model to source: read, passes, emit, format, audit."""

from __future__ import annotations

import contextlib
import gc
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kerascodegen.errors import (
    Diagnostic,
    InternalError,
    OptionError,
    UnsupportedModelError,
)
from kerascodegen.graph.check import check_file_graph
from kerascodegen.graph.model import Graph
from kerascodegen.options import Options
from kerascodegen.passes.arguments import decide_arguments
from kerascodegen.passes.array_operands import write_array_operands
from kerascodegen.passes.as_functional import as_functional
from kerascodegen.passes.auto_masks import drop_auto_masks
from kerascodegen.passes.auto_names import guard_names, leave_out_names
from kerascodegen.passes.base import Pass, PassContext, run_pass
from kerascodegen.passes.call_noise import drop_call_noise
from kerascodegen.passes.custom import resolve_custom_code, warn_of_unmatched
from kerascodegen.passes.files import decide_files
from kerascodegen.passes.freezing import decide_freezing
from kerascodegen.passes.lost_arguments import warn_of_lost_arguments
from kerascodegen.passes.lost_sharing import warn_of_lost_sharing
from kerascodegen.passes.order import decide_order
from kerascodegen.passes.quantized import warn_of_quantized
from kerascodegen.passes.reshaping import reshape
from kerascodegen.passes.shapes import infer_shapes
from kerascodegen.passes.supplied_lambdas import (
    supply_lambdas,
    warn_of_unmatched_lambdas,
)

if TYPE_CHECKING:
    from kerascodegen.emitters.source import SourceModule

# Styles of our own are found without asking the entry points of every installed
# package, which takes longer than reading a model.
_OWN_STYLES = {
    "blocks": "kerascodegen.emitters.blocks:BlocksEmitter",
    "functional": "kerascodegen.emitters.functional:FunctionalEmitter",
    "sequential": "kerascodegen.emitters.sequential:SequentialEmitter",
}
STYLE_GROUP = "kerascodegen.styles"

# Facts first: what Keras recorded by itself goes.
FACTS: tuple[Pass, ...] = (
    supply_lambdas,
    resolve_custom_code,
    warn_of_lost_sharing,
    drop_call_noise,
    drop_auto_masks,
)
# Then decisions; names come last, when an emitter knows its imports.
PASSES: tuple[Pass, ...] = (
    decide_order,
    infer_shapes,
    decide_freezing,
    guard_names,
    write_array_operands,
    decide_arguments,
)


class Emitter(Protocol):
    """What a style provides."""

    template: str

    def emit(self, graph: Graph, options: Options) -> SourceModule:
        """Write a graph as the module that the template renders."""


@dataclass(frozen=True, slots=True)
class GeneratedSource:
    """Source of a model. `str()` gives the text.

    Attributes:
        source: Python source, formatted.
        diagnostics: What the user should know about it.
        files: Content by name of the files that the source loads from beside itself;
            none but with the option `sidecars`.
    """

    source: str
    diagnostics: tuple[Diagnostic, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.source

    def write(self, path: str | Path, *, force: bool = False) -> bool:
        """Write the source, and the files that it loads beside it: all or nothing.

        Args:
            path: Where the source goes.
            force: Overwrite files with other content.

        Returns:
            False where all of them were there already.

        Raises:
            OutputError: One of them exists with other content, or cannot be written.
        """
        from kerascodegen.output import write_files

        # The source last: it never stands without what it loads.
        target = Path(path)
        contents = {target.with_name(name): data for name, data in self.files.items()}
        contents[target] = self.source.encode("utf-8")
        return write_files(contents, force=force)


@contextlib.contextmanager
def paused_collector() -> Iterator[None]:
    """Switch the cyclic garbage collector off while large trees are being built.

    Syntax trees of a large model are millions of objects that all stay alive; going
    through them again and again made parsing ten times slower at 10,000 layers.

    Yields:
        Nothing; the collector is as it was behind the block, also after an error.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextlib.contextmanager
def _bounded_depth() -> Iterator[None]:
    """Say it plainly where a model is nested deeper than Python's stack.

    Yields:
        Nothing.

    Raises:
        UnsupportedModelError: What ran inside came to the end of the stack.
    """
    try:
        yield
    except RecursionError:
        raise UnsupportedModelError(
            "The model is nested too deeply to be read and written. Models inside "
            "models, or arguments inside arguments, go on for hundreds of levels."
        ) from None


def load_graph(model: object, options: Options) -> Graph:
    """Read a model and check that it could be built.

    Args:
        model: A path, a `package.module:attr` text or a live model.
        options: What the user asked for.

    Returns:
        The graph, as the file has it.

    Raises:
        CodegenError: The model cannot be read.
    """
    from kerascodegen.readers.custom_model import refuse_custom_model
    from kerascodegen.readers.open import read_model

    with paused_collector(), _bounded_depth():
        graph = read_model(model, options)
        refuse_custom_model(graph, options)
        check_file_graph(graph)
    return graph


def generate_from_graph(graph: Graph, options: Options) -> GeneratedSource:
    """Write the source of a graph.

    Args:
        graph: A graph as it was read.
        options: What the user asked for.

    Returns:
        The source with its diagnostics.

    Raises:
        CodegenError: No source can be written for the model.
    """
    with paused_collector(), _bounded_depth():
        graph, context = run_passes(graph, options)
        source = _emitted(graph, options, context)
    files = context.files.contents()
    return GeneratedSource(source, tuple(context.diagnostics), files)


def _emitted(graph: Graph, options: Options, context: PassContext) -> str:
    """Write a graph; flat, where folding it fails by a fault of ours.

    The blocks style checks itself before anything is written. A source without blocks
    is of more use than none.
    """
    try:
        return emit_source(graph, options)
    except InternalError as error:
        if options.style != "blocks":
            raise
        context.warn(
            "",
            f"cannot be written with blocks, by a fault of kerascodegen ({error}); "
            "please report it. This is the functional style.",
        )
        return emit_source(graph, replace(options, style="functional"))


def run_passes(graph: Graph, options: Options) -> tuple[Graph, PassContext]:
    """Run all passes on a graph and those nested in it.

    Args:
        graph: A graph as it was read.
        options: What the user asked for.

    Returns:
        The graph with all decisions made, and what the passes reported.

    Raises:
        CodegenError: No source can be written for the model.
    """
    context = PassContext(options)
    context.diagnostics.extend(graph.remarks)
    if options.style == "sequential" and options.shapes:
        context.note(
            "",
            "--shapes changes nothing in the sequential style, where all layers stand "
            "in one expression.",
        )
    warn_of_quantized(graph, context)
    # Only the outermost graph becomes Functional; a nested Sequential stays one.
    graph = as_functional(graph, context)
    for pass_ in FACTS:
        graph = run_pass(graph, pass_, context)
    # What the user wants instead of the model as it is.
    graph = reshape(graph, context)
    warn_of_lost_arguments(graph, context)
    for pass_ in PASSES:
        graph = run_pass(graph, pass_, context)
    warn_of_unmatched(context)
    warn_of_unmatched_lambdas(context)
    # Counters of names run through all functions of the module, so this sees the whole.
    graph = leave_out_names(graph, context)
    # As do the names of files and of what is in them.
    return decide_files(graph, context), context


def emit_source(graph: Graph, options: Options) -> str:
    """Write a graph behind all passes as formatted source.

    Args:
        graph: The graph.
        options: What the user asked for.

    Returns:
        Source that black leaves unchanged and the audit has passed.

    Raises:
        OptionError: There is no such style, or the user's templates do not work.
    """
    from kerascodegen.emitters.audit import audit_source
    from kerascodegen.emitters.formatting import format_source, render

    emitter = find_emitter(options.style)
    module = emitter.emit(graph, options)
    text = render(module, emitter.template, options.templates)
    own_templates = options.templates is not None
    source = format_source(text, options.line_length, own_templates=own_templates)
    if not own_templates:
        audit_source(source, module.custom)
    return source


def find_emitter(style: str) -> Emitter:
    """Find the emitter of a style, ours or an installed package's.

    Args:
        style: Its name in the entry-point group `kerascodegen.styles`.

    Returns:
        The emitter.

    Raises:
        OptionError: There is no such style.
    """
    if style in _OWN_STYLES:
        module, _, name = _OWN_STYLES[style].partition(":")
        emitter: Emitter = getattr(importlib.import_module(module), name)()
        return emitter
    from importlib.metadata import entry_points

    for entry in entry_points(group=STYLE_GROUP, name=style):
        loaded: Emitter = entry.load()()
        return loaded
    raise OptionError(
        f"There is no style {style!r}; choose from {', '.join(sorted(_OWN_STYLES))}."
    )
