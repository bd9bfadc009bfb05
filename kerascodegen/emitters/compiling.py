"""The function `compile_model`, written where the original was compiled."""

from __future__ import annotations

from kerascodegen.emitters.source import Function, Statement
from kerascodegen.emitters.values import Renderer
from kerascodegen.graph.model import Argument, Config


def compile_function(config: Config, renderer: Renderer) -> Function:
    """Write `compile_model(model)`.

    Args:
        config: Arguments of `compile`, behind the arguments pass.
        renderer: Renders values.

    Returns:
        The function.
    """
    arguments = [Argument(name, value) for name, value in config.items()]
    return Function(
        name="compile_model",
        parameters="model: keras.Model",
        returns="keras.Model",
        docstring="Compile the model as the original was.",
        statements=(
            Statement(renderer.call("model.compile", arguments)),
            Statement("return model"),
        ),
    )
