"""Turn a Keras model back into source that a person would want to keep.

    import kerascodegen

    result = kerascodegen.generate("model.keras")
    print(result)

Importing this package imports no framework, and neither does reading a file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

# Importing a subpackage sets its name here; once that is done, the function of the same
# name below stays.
import kerascodegen.verify  # noqa: F401
from kerascodegen.errors import (
    CodegenError,
    Diagnostic,
    Level,
    OptionError,
    OutputError,
    ReadError,
    UnsupportedModelError,
)

if TYPE_CHECKING:
    from kerascodegen.graph.model import Graph
    from kerascodegen.old_weights.load import Loaded
    from kerascodegen.pipeline import GeneratedSource
    from kerascodegen.verify.report import VerifyReport

__version__ = "0.1.0"

__all__ = [
    "CodegenError",
    "Diagnostic",
    "Level",
    "OptionError",
    "OutputError",
    "ReadError",
    "UnsupportedModelError",
    "__version__",
    "generate",
    "load_weights",
    "read",
    "verify",
]


def read(model: object) -> Graph:
    """Read a model as a graph.

    Args:
        model: A path to a `.keras` archive, an `.h5` file or a `to_json()` file, of
            Keras 3 or older; a `"package.module:attr"` text; a live model of Keras or
            of tf_keras; or several live models of Keras in a list, tuple or dict.

    Returns:
        The graph: equal for the same model, wherever it was read from. Several models
        give one graph that holds what they share once; its `members` say what each is.

    Raises:
        CodegenError: The model cannot be read.
    """
    from kerascodegen.options import Options
    from kerascodegen.pipeline import load_graph

    return load_graph(model, Options())


def generate(model: object, **options: object) -> GeneratedSource:
    """Write the source of a model.

    Args:
        model: A path to a `.keras` archive, an `.h5` file or a `to_json()` file, of
            Keras 3 or older; a `"package.module:attr"` text; a live model of Keras or
            of tf_keras; or several live models of Keras that share layers, in a list,
            tuple or dict: the source then has `build_models()`, which returns a tuple
            in that order, or a dict.
        **options: Fields of `kerascodegen.options.Options`: `style`, `shapes`,
            `tensors`, `names`, `compile`, `keep_training`, `line_length`, `templates`,
            `input_shape`, `sidecars`, `flatten`, `submodel`, `inline`, `allow_import`,
            `custom_objects`, `lambdas`.

    Returns:
        The source: `str()` gives the text, `.diagnostics` what to know about it. With
        `sidecars="model_def"`, `.files` are what it loads from beside itself, and
        `.write("model_def.py")` writes all of them.

    Raises:
        CodegenError: The model cannot be read or no source can be written for it.
        OptionError: An option is wrong.
    """
    from kerascodegen.options import Options
    from kerascodegen.pipeline import generate_from_graph, load_graph

    made = Options.make(options)
    return generate_from_graph(load_graph(model, made), made)


def verify(model: object, source: str | Path, **options: object) -> VerifyReport:
    """Run generated source and compare what it builds with the original.

    Args:
        model: The original: a path, a `"package.module:attr"` text, a live
            `keras.Model`, or several of the latter two in a list or tuple, or several
            live models in a dict.
        source: Path of the generated module. It is executed, in a child process where
            the model is a path.
        **options: What was given to `generate`, where it changes which model is built:
            `input_shape`, `flatten`, `submodel`, `inline`, `allow_import`,
            `custom_objects`, `lambdas`.

    Returns:
        The report; `.ok` tells whether everything agrees.

    Raises:
        CodegenError: The source or the model cannot be loaded.
    """
    from kerascodegen.options import Options
    from kerascodegen.verify.run import verify_live, verify_source

    made = Options.make(options)
    if isinstance(model, str | Path):
        return verify_source(model, Path(source), options=made)
    if isinstance(model, list | tuple) and all(isinstance(m, str) for m in model):
        return verify_source(list(model), Path(source), options=made)
    return verify_live(model, source, made)


def load_weights(model: object, source: object) -> Loaded:
    """Load the weights of an old model into what its generated source built.

    Weights go by layer and by shape: nested models, wrapped layers, renamed ones and
    those that Keras 2 stored in another arrangement (CuDNN layers, LocallyConnected)
    included. Nothing in a file is run.

    Args:
        model: What `build_model()` returned.
        source: An `.h5` or `.keras` file of Keras 2 (of a whole model, or an `.h5` of
            weights only), an `.h5` file of Keras 3, or a live model of tf_keras.

    Returns:
        How much was loaded, and what was left out.

    Raises:
        WeightsError: Weights do not fit; the message names the layer, and which shapes
            were expected and found. The model is then as it was.
        CodegenError: The file is missing, damaged or no model.
    """
    from kerascodegen.old_weights.load import load_weights as load

    return load(model, source)
