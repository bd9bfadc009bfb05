"""RandomHeight and RandomWidth as written into source, on one backend.

    python -m tests.keras2.random_size_proof BACKEND FOLDER

Prints what was found as JSON; images resized by given factors go into FOLDER.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

METHODS = (
    "area",
    "bicubic",
    "bilinear",
    "gaussian",
    "lanczos3",
    "lanczos5",
    "mitchellcubic",
    "nearest",
)
FACTORS = (0.5, -0.4, 0.3)


def images() -> Any:
    """The images that are resized."""
    return np.random.default_rng(0).uniform(size=(4, 8, 10, 3)).astype("float32")


def main(backend: str, folder: Path) -> None:
    """Train, resize and save; say what came out."""
    os.environ["KERAS_BACKEND"] = backend
    import keras

    module: dict[str, Any] = {"__name__": "generated"}
    exec((folder / "source.py").read_text(), module)
    height, width = module["RandomHeight"], module["RandomWidth"]
    x = images()
    found: dict[str, Any] = {}
    layer = height((-0.3, 0.5), seed=1)
    found["heights"] = [layer(x, training=True).shape[1] for _ in range(60)]
    layer = width(0.5)
    found["widths"] = [layer(x, training=True).shape[2] for _ in range(60)]
    as_is = [layer(x), layer(x, training=False)]
    found["same"] = [
        bool((keras.ops.convert_to_numpy(y) == x).all()) and y.shape == x.shape
        for y in as_is
    ]
    resized = {}
    for method in METHODS:
        for factor in FACTORS:
            for name, cls in (("height", height), ("width", width)):
                made = cls((factor, factor), interpolation=method)(x, training=True)
                key = f"{name} {method} {factor}"
                resized[key] = keras.ops.convert_to_numpy(made)
    np.savez(folder / f"{backend}.npz", **resized)
    found["unbatched"] = list(height((0.5, 0.5))(x[0], training=True).shape)
    found["integers"] = str(layer((x * 255).astype("uint8"), training=True).dtype)
    # As `fit` does it when it is told nothing.
    inputs = keras.Input((8, 10, 3))
    y = keras.layers.GlobalAveragePooling2D()(layer(height(0.3)(inputs)))
    model = keras.Model(inputs, keras.layers.Dense(1)(y))
    model.compile("sgd", "mse")
    loss = model.fit(x, np.zeros((4, 1)), epochs=2, verbose=0).history["loss"]
    found["losses"] = [bool(np.isfinite(value)) for value in loss]
    model.save(folder / f"{backend}.keras")
    again = keras.models.load_model(folder / f"{backend}.keras")
    before, after = (m.predict(x, verbose=0) for m in (model, again))
    found["reloaded"] = float(np.abs(before - after).max())
    if backend == "jax":
        import jax

        try:
            jax.jit(lambda value: layer(value, training=True))(x)
        except ValueError as error:
            found["compiled"] = str(error)
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
