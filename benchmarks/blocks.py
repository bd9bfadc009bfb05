"""Measure the blocks style on the models of `keras.applications`.

    KERAS_BACKEND=jax python benchmarks/blocks.py [MODEL ...] [--check] [--cache DIR]

For each model: code lines (no blank, comment or docstring lines) in the functional and
in the blocks style, those of the hand-written source in `keras/src/applications` where
they were counted, seconds for the blocks style, the share of them that is black's, and
with `--check` whether the source rebuilds the very model.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import io
import statistics
import sys
import tempfile
import time
import tokenize
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

# Functions reachable from the constructor, without docstrings, checks of arguments and
# the download of weights. Models of one family share their source.
HAND_WRITTEN = {
    "ConvNeXt": 241,
    "DenseNet": 110,
    "EfficientNetB": 312,
    "EfficientNetV2": 825,
    "InceptionResNetV2": 173,
    "InceptionV3": 204,
    "MobileNetV2": 246,
    "MobileNetV3": 253,
    "MobileNet": 141,
    "NASNet": 371,
    "ResNet": 137,
    "VGG": 87,
    "Xception": 156,
}
_SKIPPED = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Count lines that hold code."""
    documented = set()
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            continue
        first = node.body[0] if node.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            documented.update(range(first.lineno, (first.end_lineno or 0) + 1))
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _SKIPPED:
            lines.update(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def hand_written(name: str) -> int | None:
    """Lines of the hand-written source of a model, where they were counted."""
    found = [key for key in HAND_WRITTEN if name.startswith(key)]
    return HAND_WRITTEN[max(found, key=len)] if found else None


def config_file(name: str, cache: Path) -> Path:
    """The model's JSON, built once."""
    import keras

    path = cache / f"{name}.json"
    if not path.exists():
        model = getattr(keras.applications, name)(weights=None)
        path.write_text(model.to_json(), encoding="utf-8")
        keras.backend.clear_session()
    return path


def check(path: Path, source: str) -> str:
    """Rebuild the model and compare it with the original."""
    import keras

    from tests import roundtrip

    original = keras.models.model_from_json(path.read_text(encoding="utf-8"))
    try:
        rebuilt = roundtrip.execute(source).build_model()
        roundtrip.assert_same_model(original, rebuilt)
    except Exception as error:
        return f"no: {type(error).__name__}: {str(error)[:200]}"
    finally:
        keras.backend.clear_session()
    return "yes"


def timed_black() -> list[float]:
    """Note from now on how long black takes, call by call."""
    import black

    spent: list[float] = []
    original = black.format_str

    def timed(source: str, *, mode: black.Mode) -> str:
        start = time.perf_counter()
        result = original(source, mode=mode)
        spent.append(time.perf_counter() - start)
        return result

    black.format_str = timed
    return spent


def main() -> None:
    """Measure and print the table."""
    import keras

    import kerascodegen

    functions = vars(keras.applications).items()
    known = sorted(name for name, value in functions if inspect.isfunction(value))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--check", action="store_true", help="rebuild and compare")
    parser.add_argument("--cache", type=Path, help="where to keep the models' JSON")
    arguments = parser.parse_args()
    cache = arguments.cache or Path(tempfile.mkdtemp(prefix="kerascodegen-"))
    cache.mkdir(parents=True, exist_ok=True)
    spent = timed_black()
    print("| model | flat | blocks | hand | of hand | seconds | black | exact |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    shares = []
    for name in arguments.models or known:
        path = config_file(name, cache)
        flat = code_lines(str(kerascodegen.generate(path)))
        spent.clear()
        start = time.perf_counter()
        source = str(kerascodegen.generate(path, style="blocks"))
        seconds = time.perf_counter() - start
        ours, hand = code_lines(source), hand_written(name)
        shares += [ours / hand] if hand else []
        share = f"{ours / hand:.0%}" if hand else ""
        exact = check(path, source) if arguments.check else ""
        print(
            f"| {name} | {flat} | {ours} | {hand or ''} | {share} | {seconds:.2f} "
            f"| {sum(spent) / seconds:.0%} | {exact} |",
            flush=True,
        )
    if shares:
        print(
            f"\nMedian share of the hand-written lines: {statistics.median(shares):.0%}"
        )


if __name__ == "__main__":
    main()
