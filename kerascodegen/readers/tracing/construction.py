"""Live models that are written as the construction of their class, as from a file."""

from __future__ import annotations

import contextlib
from typing import Any

from kerascodegen.errors import Diagnostic, Level, UntraceableError, printable
from kerascodegen.options import Options
from kerascodegen.readers.tracing.blocks import Serialisable, graph_of, is_plain_model
from kerascodegen.readers.tracing.view import FunctionalView, functional_view


def open_view(
    opened: contextlib.ExitStack, model: Any, options: Options, *, alone: bool
) -> tuple[FunctionalView | None, Diagnostic | None]:
    """Open the functional view of a model, or find that only its class can be written.

    A Functional of a class of somebody's own may hold layers that Keras can neither
    save nor run layer by layer. The whole of it Keras rebuilds by its class all the
    same, from the arguments that its config has.

    Args:
        opened: What closes the view in the end.
        model: A `keras.Model`.
        options: What the user asked for.
        alone: Whether no other model is read with it, whose layers it may share.

    Returns:
        The view, `None` where the model is serialised as it is; and what to say of it.

    Raises:
        NoGraphError: The forward pass cannot become a graph, nor does the class help.
    """
    try:
        return opened.enter_context(functional_view(model, options)), None
    except UntraceableError as refusal:
        if options.inline or not alone:
            raise
        if graph_of(model) is None or is_plain_model(model):
            raise
        if Serialisable().problem(model):
            raise
        name = printable(type(model).__name__, 60)
        reason = getattr(refusal, "reason", "") or str(refusal)
        message = (
            f"is written as the construction of a {name}, since Keras cannot save a "
            f"layer in it whose forward pass {reason}."
        )
        return None, Diagnostic(Level.NOTE, printable(model.name, 60), message)
