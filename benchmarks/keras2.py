"""Old models in Keras 3: as they are, and by kerascodegen.

    python -m benchmarks.keras2 [--folder DIR] [--only NAME ...]

tf_keras saves the fixtures of the tests, networks in the manner of Keras 2's years and
a model of each family of `tf_keras.applications`, as `.h5` and as `.keras`, with random
weights. Then, for each file: does Keras 3 load it as it is, is source written, does it
run, do the weights load, and how far are its predictions from those of tf_keras,
relative to the largest value, on TensorFlow and on JAX.

One process saves, one a backend rebuilds, and one predicts with tf_keras; each does all
models.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

BATCH = 2
JITTER = 2.0**-23
# One a family. DenseNet169 and the like are the same with more blocks.
APPLICATIONS = (
    "ConvNeXtTiny",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionResNetV2",
    "InceptionV3",
    "MobileNet",
    "MobileNetV2",
    "MobileNetV3Small",
    "NASNetMobile",
    "RegNetX002",
    "RegNetY002",
    "ResNet50",
    "ResNet50V2",
    "ResNetRS50",
    "VGG16",
    "Xception",
)
ENDINGS = ("h5", "keras")
BACKENDS = ("tensorflow", "jax")


def builders() -> dict[str, tuple[str, object]]:
    """All models: group and builder, which takes tf_keras, by name."""
    from tests.keras2.fixtures import FIXTURES, custom_layer

    found = {name: ("fixture", build) for name, build in FIXTURES.items()}
    found["custom_layer"] = ("fixture", custom_layer)
    with contextlib.suppress(ImportError):
        networks = importlib.import_module("tests.keras2.networks")
        for table in (networks.NETWORKS, networks.STAND_INS):
            found |= {name: ("network", build) for name, build in table.items()}
    for name in APPLICATIONS:
        found[name] = ("application", _application(name))
    return found


def _application(name: str) -> object:
    return lambda tk: getattr(tk.applications, name)(weights=None)


def save(folder: Path, only: list[str]) -> None:
    """Save all models with tf_keras, with weights that tell variables apart."""
    import tf_keras

    rows = {}
    for name, (group, build) in builders().items():
        if only and name not in only:
            continue
        tf_keras.backend.clear_session()
        tf_keras.utils.set_random_seed(0)
        model = build(tf_keras)
        _draw(model)
        for ending in ENDINGS:
            path = folder / f"{name}.{ending}"
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    model.save(path)
            except Exception as error:
                path.unlink(missing_ok=True)
                print(f"tf_keras cannot save {path.name}: {_line(error)}")
            else:
                rows[path.name] = {"group": group, "layers": len(model.layers)}
    (folder / "saved.json").write_text(json.dumps(rows))


def _draw(model: object) -> None:
    """Move weights off the zeros and ones that initializers give, but not far."""
    generator = np.random.default_rng(0)
    for weight in model.weights:
        if not getattr(getattr(weight, "dtype", None), "is_floating", False):
            continue
        value = weight.numpy()
        factor = generator.uniform(0.9, 1.1, value.shape)
        shift = generator.uniform(0.01, 0.1, value.shape) if value.ndim < 2 else 0.0
        weight.assign((value * factor + shift).astype(value.dtype))


def rebuild(folder: Path, only: list[str]) -> None:
    """Write source for all files, run it, load the weights and predict."""
    import keras

    backend = keras.config.backend()
    rows = json.loads((folder / "saved.json").read_text())
    for name in rows:
        keras.backend.clear_session()
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows[name] = _rebuild(folder, folder / name, backend)
        print(backend, name, rows[name], flush=True)
    (folder / f"{backend}.json").write_text(json.dumps(rows))


def _rebuild(folder: Path, path: Path, backend: str) -> dict[str, object]:
    import keras

    import kerascodegen

    row: dict[str, object] = {}
    if backend == "tensorflow":
        try:
            keras.models.load_model(path)
        except Exception:
            row["native"] = False
        else:
            row["native"] = True
    try:
        row["stage"] = "source"
        result = kerascodegen.generate(path)
        row["stub"] = "NotImplementedError" in result.source
        row["stage"] = "runs"
        namespace = {"__name__": "model_def"}
        exec(compile(result.source, f"<{path.name}>", "exec"), namespace)
        model = namespace["build_model"]()
        row["stage"] = "weights"
        kerascodegen.load_weights(model, path)
        row["stage"] = "predicts"
        _predict(folder, path, model, backend)
        row["stage"] = "done"
    except Exception as error:
        row["error"] = _line(error)
    return row


def _predict(folder: Path, path: Path, model: object, backend: str) -> None:
    """Predict on inputs that are drawn once for both backends."""
    import keras

    from kerascodegen import read
    from kerascodegen.verify import inputs
    from kerascodegen.verify.parity import call
    from kerascodegen.verify.tf_keras_child import plain
    from kerascodegen.verify.tf_keras_run import reset_states

    # Backends share the inputs; formats have the same model, but perhaps other names.
    feed = folder / f"{path.name}.in.npz"
    described = inputs.inputs_of(model)
    size = BATCH
    if described and described[0].shape and described[0].shape[0] is not None:
        size = described[0].shape[0]
    if not feed.is_file():
        values = _drawn(model, described, size)
        arrays = {f"{size}_{i}": value for i, value in enumerate(values)}
        np.savez(feed, **arrays)
        rescue = read(path).rescue
        names = [rescue.old_path((one.name,))[-1] for one in described]
        (folder / f"{path.name}.names.json").write_text(json.dumps([size, names]))
    with np.load(feed, allow_pickle=False) as archive:
        values = [archive[f"{size}_{i}"] for i in range(len(described))]
    if backend == "tensorflow":
        values = [v.astype(object) if v.dtype.kind == "U" else v for v in values]
    elif any(value.dtype.kind == "U" for value in values):
        raise TypeError("strings need TensorFlow")
    keras.utils.set_random_seed(0)
    reset_states(model)
    if backend == "jax":
        # Compiled as a whole, as people run it; op by op it takes five times as long.
        packed = inputs.pack(model, values)
        found = keras.tree.flatten(model.predict_on_batch(packed))
    else:
        found = call(model, model, values, False, 0)
    outputs = [plain(value) for value in found]
    target = folder / f"{path.name}.{backend}.npz"
    np.savez(target, **{str(i): value for i, value in enumerate(outputs)})


def _drawn(model: object, described: list[object], size: int) -> list[object]:
    from kerascodegen.verify import inputs
    from kerascodegen.verify.parity import call

    for attempt in range(inputs.attempts(described)):
        values = inputs.draw(described, size, attempt, 0)
        try:
            call(model, model, values, False, 0)
        except Exception as error:
            failure = error
            continue
        return [v.astype(np.str_) if v.dtype.kind == "O" else v for v in values]
    raise failure


def predict(folder: Path, only: list[str]) -> None:
    """Predict with tf_keras on the same inputs, for all files."""
    from kerascodegen.verify import tf_keras_child

    rows = json.loads((folder / "saved.json").read_text())
    for name in rows:
        if not (folder / f"{name}.in.npz").is_file():
            rows[name] = {"failed": "no inputs"}
            continue
        size, names = json.loads((folder / f"{name}.names.json").read_text())
        applications = ["LayerScale", "StochasticDepth", "CustomScaleLayer"]
        with contextlib.redirect_stdout(io.StringIO()):
            rows[name] = tf_keras_child._answer(
                {
                    "model": str(folder / name),
                    "applications": applications,
                    "names": names,
                    "sizes": [size],
                    "jitter": JITTER,
                    "inputs": str(folder / f"{name}.in.npz"),
                    "outputs": str(folder / f"{name}.old.npz"),
                }
            )
        print("tf_keras", name, rows[name], flush=True)
    (folder / "tf_keras.json").write_text(json.dumps(rows))


def table(folder: Path) -> None:
    """Print what was found."""
    saved = json.loads((folder / "saved.json").read_text())
    old = json.loads((folder / "tf_keras.json").read_text())
    new = {b: json.loads((folder / f"{b}.json").read_text()) for b in BACKENDS}
    print("| model | Keras 3 as it is | source | runs | weights | TensorFlow | JAX |")
    print("| --- | --- | --- | --- | --- | ---: | ---: |")
    notes, figures = [], []
    for name in saved:
        row = new["tensorflow"][name]
        stages = ("source", "runs", "weights", "predicts", "done")
        reached = stages.index(row["stage"])
        gaps = {b: _gap(folder, name, b, new[b][name], old[name]) for b in BACKENDS}
        marks = ["yes" if reached > place else "no" for place in range(3)]
        if row.get("stub"):
            marks[0] = "with a stand-in"
        native = "yes" if row["native"] else "no"
        shown = [f"{g:.1e}" if isinstance(g, float) else g for g in gaps.values()]
        print("|", " | ".join([name, native, *marks, *shown]), "|")
        figures.append((name, row, gaps, reached))
        for which, one in (*((b, new[b][name]) for b in BACKENDS), ("old", old[name])):
            problem = one.get("error") or one.get("failed")
            if problem:
                notes.append(f"- {name} ({which}): {problem}")
    print()
    _totals(saved, figures, old)
    print("\n".join(["", *notes]))


def _totals(saved: dict, figures: list, old: dict) -> None:
    for group in ("fixture", "network", "application"):
        for ending in ENDINGS:
            rows = [
                one
                for one in figures
                if saved[one[0]]["group"] == group and one[0].endswith(f".{ending}")
            ]
            if not rows:
                continue
            whole = [one for one in rows if not one[1].get("stub")]
            texts = [
                f"{sum(row['native'] for _, row, _, _ in rows)} load as they are",
                f"{sum(reached > 0 for *_, reached in rows)} have source",
                f"{len(rows) - len(whole)} of them with a stand-in",
                f"weights load in {sum(reached > 2 for *_, reached in whole)}",
            ]
            for backend in BACKENDS:
                gaps = [g[backend] for _, _, g, _ in whole]
                known = [g for g in gaps if isinstance(g, float)]
                near = sum(g <= 1e-5 for g in known)
                texts.append(f"{near} of {len(known)} within 1e-5 on {backend}")
            print(f"- {len(rows)} {group}s as .{ending}: {', '.join(texts)}")
    far = [
        (name, b, g, max(old[name]["changes"].values()))
        for name, row, gaps, _ in figures
        for b, g in gaps.items()
        if isinstance(g, float) and not g <= 1e-5
    ]
    for name, backend, gap, change in far:
        print(
            f"- {name} is off by {gap:.1e} on {backend}; inputs and weights that are "
            f"off by one rounding error change tf_keras' own predictions by "
            f"{change:.1e}"
        )


def _gap(folder: Path, name: str, backend: str, row: dict, old: dict) -> object:
    """The largest difference, or why there is none."""
    from kerascodegen.verify.tf_keras_child import apart

    if row["stage"] != "done":
        return "strings" if "strings need" in row.get("error", "") else "-"
    if "failed" in old:
        return "no tf_keras"
    with (
        np.load(folder / f"{name}.old.npz") as expected,
        np.load(folder / f"{name}.{backend}.npz") as found,
    ):
        if len(found.files) != len(old["names"]):
            return float("inf")
        first = next(iter(old["changes"]))
        return max(
            float(apart(expected[f"{first}_{i}"], found[str(i)]))
            for i in range(len(found.files))
        )


def _line(error: BaseException) -> str:
    from kerascodegen.verify.source import explain

    return explain(error)[:160]


def main() -> None:
    """Run all stages, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--stage", choices=("save", "rebuild", "predict", "table"))
    options = parser.parse_args()
    if options.stage:
        stages = {"save": save, "rebuild": rebuild, "predict": predict}
        if options.stage == "table":
            table(options.folder)
        else:
            stages[options.stage](options.folder, options.only)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        for stage, backend in (
            ("save", ""),
            ("rebuild", "tensorflow"),
            ("rebuild", "jax"),
            ("predict", ""),
        ):
            command = [sys.executable, "-m", "benchmarks.keras2", "--stage", stage]
            command += ["--folder", str(folder)]
            if options.only:
                command += ["--only", *options.only]
            print(f"{stage} {backend}", file=sys.stderr, flush=True)
            log = folder / f"{stage}{backend}.log"
            with log.open("w") as stream:
                variables = {**os.environ, "KERAS_BACKEND": backend or "tensorflow"}
                done = subprocess.run(
                    command, stdout=stream, stderr=stream, env=variables
                )
            if done.returncode:
                sys.exit(f"failed: {' '.join(command)}\n{log.read_text()[-2000:]}")
        table(folder)


if __name__ == "__main__":
    main()
