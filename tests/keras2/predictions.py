"""Models of tf_keras and of Keras 3 side by side: equal sources, weights, answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np

from tests import roundtrip

TOLERANCE = 1e-5


def save_in_all_forms(model: Any, folder: Path) -> dict[str, Any]:
    """Save a model as tf_keras does; some forms cannot hold some models.

    Args:
        model: A model of tf_keras.
        folder: Where to.

    Returns:
        The model as `"live"`, and its files by kind.
    """
    sources: dict[str, Any] = {"live": model}
    for kind in ("h5", "keras", "json"):
        path = folder / f"model.{kind}"
        try:
            path.write_text(model.to_json()) if kind == "json" else model.save(path)
        except (NotImplementedError, TypeError, ValueError):
            continue
        sources[kind] = path
    return sources


def assert_same_but_compile(results: dict[str, Any]) -> None:
    """All formats say the same; JSON has no compile settings, `.h5` fewer."""
    sources = {
        kind: result.source.partition("def compile_model")[0]
        .partition('if __name__ == "__main__"')[0]
        .replace("    compile_model(model)\n", "")
        for kind, result in results.items()
    }
    for kind, source in sources.items():
        assert source.strip() == sources["live"].strip(), kind


def draw_weights(model: Any, seed: int = 0) -> None:
    """Give every weight of a tf_keras model values of its own.

    Args:
        model: The model.
        seed: Other weights for another seed.
    """
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        if "float" in str(getattr(weight, "dtype", "")):
            # Also right for a variance, which must stay positive.
            low, high = (0.5, 1.5) if len(weight.shape) < 2 else (-0.5, 0.5)
            weight.assign(rng.uniform(low, high, weight.shape))
    for layer in model._flatten_layers():
        # Normalization keeps what it makes of its mean and variance.
        layer.finalize_state()


def assert_same_predictions(model: Any, rebuilt: keras.Model) -> None:
    """Run both on the same inputs.

    Args:
        model: A model of tf_keras.
        rebuilt: What its source built, with weights.

    Raises:
        AssertionError: They differ by more than 1e-5 of the largest value.
    """
    plain = as_tf_keras_takes(roundtrip.random_inputs(rebuilt))
    if _takes_numbers_of_words(model):
        # Some of them 0, which masks ask for.
        plain = keras.tree.map_structure(lambda x: np.abs(np.round(x)), plain)
    # Stateful layers remember the last batch.
    model.reset_states()
    expected = keras.tree.flatten(model(plain, training=False))
    actual = keras.tree.flatten(rebuilt(plain, training=False))
    for old, new in zip(expected, actual, strict=True):
        first = np.asarray(old, "float64")
        second = np.asarray(keras.ops.convert_to_numpy(new), "float64")
        assert first.shape == second.shape
        scale = max(np.abs(first).max(), 1e-6)
        assert np.abs(first - second).max() / scale < TOLERANCE


def as_tf_keras_takes(inputs: Any) -> Any:
    """Arrays, which both take; texts are tensors of TensorFlow, and all beside them."""
    dtypes = [str(tensor.dtype) for tensor in keras.tree.flatten(inputs)]
    if any("string" in dtype for dtype in dtypes):
        return inputs
    return keras.tree.map_structure(keras.ops.convert_to_numpy, inputs)


def _takes_numbers_of_words(model: Any) -> bool:
    """Whether there is an Embedding over an Input of floats."""
    inputs = {str(tensor.dtype.name) for tensor in model.inputs}
    embeds = any(type(layer).__name__ == "Embedding" for layer in model.layers)
    return embeds and inputs == {"float32"}
