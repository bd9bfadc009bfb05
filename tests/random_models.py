"""Random models of odd structure, by seed: nesting, sharing, masks, states, slices.

`python -m tests.random_models 0 500` round-trips the models of a range of seeds and
prints those that differ.
"""

import random
import sys
from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import layers, ops

Tensor = keras.KerasTensor
# Flat features, sequences of them, and token ids: what steps take and give.
FLAT, STEPS, TOKENS = (4,), (3, 4), (3,)


class RandomModel:
    """Builds one model; nested models are built by the same steps."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        # Layers made so far, at any level: sharing across levels comes from here.
        self.flat_layers: list[Any] = []
        self.step_layers: list[Any] = []
        self.models: list[keras.Model] = []

    def build(self) -> keras.Model:
        """The model."""
        inputs, pool = self.inputs()
        self.grow(pool, depth=0, steps=self.random.randint(3, 9))
        return self.close(inputs, pool, "whole")

    def name(self, stem: str) -> str:
        self.count += 1
        if self.random.random() < 0.05:
            return f"{stem} {self.count}/ü".replace("/", "-")
        return f"{stem}_{self.count}"

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # --- Ends -----------------------------------------------------------------------

    def inputs(self) -> tuple[Any, dict[tuple[int, ...], list[Tensor]]]:
        batch = 2 if self.chance(0.1) else None
        made: list[Tensor] = []
        pool: dict[tuple[int, ...], list[Tensor]] = {FLAT: [], STEPS: [], TOKENS: []}
        for _ in range(self.random.randint(1, 3)):
            shape = self.random.choice([FLAT, FLAT, STEPS, TOKENS])
            dtype = "int32" if shape == TOKENS else "float32"
            optional = self.chance(0.08)
            tensor = keras.Input(
                shape=shape,
                batch_size=batch,
                dtype=dtype,
                optional=optional,
                name=self.name("in"),
            )
            made.append(tensor)
            pool[shape].append(tensor)
        if self.chance(0.1):
            # Nothing takes it, unless it is returned as it is.
            made.append(keras.Input((2,), batch_size=batch, name=self.name("spare")))
        if self.chance(0.08):
            scalar = keras.Input((), batch_size=batch, name=self.name("scalar"))
            made.append(scalar)
            column = ops.expand_dims(scalar, -1)
            wide = layers.Dense(4, name=self.name("wide"))(column)
            pool[FLAT].append(wide)
        return self.arrange(made), pool

    def close(self, inputs: Any, pool: Any, stem: str) -> keras.Model:
        found = [t for shape in (FLAT, STEPS) for t in pool[shape]]
        chosen = [found[-1]]
        chosen += self.random.sample(found, min(len(found), self.random.randint(0, 2)))
        if self.chance(0.1):
            chosen.append(chosen[0])
        if self.chance(0.1):
            chosen.append(keras.tree.flatten(inputs)[0])
        outputs = self.arrange(chosen)
        trainable = not self.chance(0.1)
        model = keras.Model(inputs, outputs, name=self.name(stem))
        if not trainable:
            model.trainable = False
        return model

    def arrange(self, tensors: list[Any]) -> Any:
        """Put tensors into a structure."""
        kind = self.random.choice(["plain", "list", "tuple", "dict", "nest", "odd"])
        if kind == "plain" and len(tensors) == 1:
            return tensors[0]
        if kind == "tuple":
            return tuple(tensors)
        if kind in ("dict", "odd"):
            stem = "a key" if kind == "odd" else "key"
            keys = [f"{stem} {i}" if kind == "odd" else f"{stem}{i}" for i in range(9)]
            self.random.shuffle(keys)
            return dict(zip(keys, tensors, strict=False))
        if kind == "nest" and len(tensors) > 1:
            return {"first": tensors[0], "rest": [tuple(tensors[1:])]}
        return list(tensors)

    # --- Steps ----------------------------------------------------------------------

    def grow(self, pool: Any, depth: int, steps: int) -> None:
        if not pool[FLAT] and not pool[STEPS]:
            pool[STEPS].append(self.embed(pool))
        if not pool[FLAT]:
            pool[FLAT].append(
                layers.GlobalAveragePooling1D(name=self.name("mean"))(pool[STEPS][0])
            )
        if not pool[STEPS]:
            x = layers.RepeatVector(3, name=self.name("repeat"))(pool[FLAT][0])
            pool[STEPS].append(x)
        choices: list[Callable[[Any, int], None]] = [
            self.dense, self.operators, self.op_lists, self.slices, self.splits,
            self.recurrent, self.states, self.attention, self.wrapped, self.masked,
            self.shared, self.shared, self.merges, self.dropped, self.later,
        ]  # fmt: skip
        if depth < 3:
            choices += [self.nested, self.nested, self.sequential, self.again]
        if depth == 0:
            choices += [self.from_tensors]
        for _ in range(steps):
            self.random.choice(choices)(pool, depth)

    def flat(self, pool: Any) -> Tensor:
        return self.random.choice(pool[FLAT][-4:])

    def steps(self, pool: Any) -> Tensor:
        return self.random.choice(pool[STEPS][-4:])

    def embed(self, pool: Any) -> Tensor:
        tokens = self.random.choice(pool[TOKENS])
        embedding = layers.Embedding(
            12, 4, mask_zero=self.chance(0.4), name=self.name("embed")
        )
        return embedding(tokens)

    def dense(self, pool: Any, depth: int) -> None:
        layer = layers.Dense(
            4,
            activation=self.random.choice([None, "relu", "tanh"]),
            trainable=not self.chance(0.2),
            name=self.name("dense"),
        )
        self.flat_layers.append(layer)
        pool[FLAT].append(layer(self.flat(pool)))

    def shared(self, pool: Any, depth: int) -> None:
        if self.flat_layers and self.chance(0.7):
            layer = self.random.choice(self.flat_layers)
            pool[FLAT].append(layer(self.flat(pool)))
        elif self.step_layers:
            layer = self.random.choice(self.step_layers)
            pool[STEPS].append(layer(self.steps(pool)))

    def later(self, pool: Any, depth: int) -> None:
        """Layers called in another order than they are made."""
        first = layers.Dense(4, name=self.name("made_first"))
        second = layers.Dense(4, name=self.name("made_second"))
        pool[FLAT].append(first(second(self.flat(pool))))

    def operators(self, pool: Any, depth: int) -> None:
        x, y = self.flat(pool), self.flat(pool)
        made = [
            lambda: x + y,
            lambda: x * 0.5,
            lambda: 1.0 - x,
            lambda: -x / 2,
            lambda: ops.maximum(x, y),
            lambda: ops.where(x > 0, x, y),
            lambda: ops.where(ops.logical_and(x > 0, y > 0), 1.0, y),
            lambda: ops.clip(x, -1.0, 1.0),
            lambda: ops.softmax(x, axis=-1),
            lambda: ops.einsum("bi,bi->bi", x, y),
        ]
        pool[FLAT].append(self.random.choice(made)())

    def op_lists(self, pool: Any, depth: int) -> None:
        x, y, s = self.flat(pool), self.flat(pool), self.steps(pool)
        if self.chance(0.5):
            pool[STEPS].append(ops.stack([x, y, x], axis=1))
        elif self.chance(0.5):
            wide = ops.concatenate([x, ops.mean(s, axis=1)], axis=-1)
            pool[FLAT].append(layers.Dense(4, name=self.name("narrow"))(wide))
        else:
            pool[FLAT].append(ops.einsum("bij,bj->bj", s, x))

    def slices(self, pool: Any, depth: int) -> None:
        x, s = self.flat(pool), self.steps(pool)
        made = [
            lambda: (FLAT, s[:, 0]),
            lambda: (FLAT, s[:, -1, :]),
            lambda: (FLAT, x[:, ::-1]),
            lambda: (FLAT, x[..., None][:, :, 0]),
            lambda: (STEPS, s[:, ::-1]),
            lambda: (STEPS, s[:, 0:1] + s),
            lambda: (FLAT, ops.concatenate([x[:, :1], x[:, 1:]], axis=1)),
        ]
        shape, tensor = self.random.choice(made)()
        pool[shape].append(tensor)

    def splits(self, pool: Any, depth: int) -> None:
        parts = ops.split(self.flat(pool), 2, axis=-1)
        if self.chance(0.5):
            parts = parts[::-1]
        if self.chance(0.3):
            parts = [parts[0], parts[0]]
        pool[FLAT].append(layers.Concatenate(name=self.name("joined"))(list(parts)))

    def recurrent(self, pool: Any, depth: int) -> None:
        s = self.steps(pool)
        made = [
            lambda: layers.LSTM(4, name=self.name("lstm")),
            lambda: layers.Bidirectional(
                layers.GRU(2, name=self.name("gru")), name=self.name("both")
            ),
            lambda: layers.RNN(
                [layers.LSTMCell(4), layers.GRUCell(4)], name=self.name("cells")
            ),
        ]
        options = {"mask": None} if self.chance(0.2) else {}
        pool[FLAT].append(self.random.choice(made)()(s, **options))

    def states(self, pool: Any, depth: int) -> None:
        lstm = layers.LSTM(
            4, return_sequences=True, return_state=True, name=self.name("states")
        )
        x, h, c = lstm(self.steps(pool))
        again = layers.LSTM(4, return_sequences=True, name=self.name("again"))
        state = [h, c] if self.chance(0.5) else (c, h)
        pool[STEPS].append(again(x, initial_state=state))
        pool[FLAT].append(h)

    def attention(self, pool: Any, depth: int) -> None:
        s, t = self.steps(pool), self.steps(pool)
        attend = layers.MultiHeadAttention(2, 3, name=self.name("attend"))
        if self.chance(0.3):
            x, scores = attend(query=s, value=t, return_attention_scores=True)
            pool[FLAT].append(ops.mean(x, axis=1) + ops.mean(scores))
        elif self.chance(0.5):
            mask = ops.ones_like(s[:, :, 0:3]) > 0
            pool[STEPS].append(attend(s, t, key=t, attention_mask=mask))
        else:
            pool[STEPS].append(attend(s, t, use_causal_mask=True, attention_mask=None))

    def wrapped(self, pool: Any, depth: int) -> None:
        s = self.steps(pool)
        if self.flat_layers and self.chance(0.5):
            inner = self.random.choice(self.flat_layers)
        elif depth < 2 and self.chance(0.6):
            inner = self.simple_model(depth)
        else:
            inner = layers.Dense(4, name=self.name("each_dense"))
            self.flat_layers.append(inner)
        if self.chance(0.2):
            inner = layers.TimeDistributed(inner, name=self.name("within"))
            x = layers.TimeDistributed(inner, name=self.name("around"))(
                ops.expand_dims(s, 1)
            )
            pool[STEPS].append(ops.squeeze(x, 1))
            return
        layer = layers.TimeDistributed(inner, name=self.name("each"))
        self.step_layers.append(layer)
        pool[STEPS].append(layer(s))

    def masked(self, pool: Any, depth: int) -> None:
        if pool[TOKENS] and self.chance(0.6):
            pool[STEPS].append(self.embed(pool))
            return
        masking = layers.Masking(name=self.name("masking"))
        x = masking(self.steps(pool))
        if self.chance(0.3):
            mask = ops.any(ops.not_equal(self.steps(pool), 0.0), axis=-1)
            x = layers.GRU(4, name=self.name("hand"))(x, mask=mask)
            pool[FLAT].append(x)
        else:
            pool[STEPS].append(x)

    def merges(self, pool: Any, depth: int) -> None:
        shape = self.random.choice([FLAT, STEPS])
        pair = [self.random.choice(pool[shape]) for _ in range(2)]
        merge = self.random.choice(
            [layers.Add, layers.Multiply, layers.Average, layers.Maximum]
        )
        layer = merge(name=self.name("merge"))
        pool[shape].append(layer(tuple(pair) if self.chance(0.3) else pair))

    def dropped(self, pool: Any, depth: int) -> None:
        options = {"training": True} if self.chance(0.2) else {}
        drop = layers.Dropout(0.3, seed=1, name=self.name("drop"))
        pool[FLAT].append(drop(self.flat(pool), **options))
        if self.chance(0.3):
            norm = layers.BatchNormalization(name=self.name("norm"))
            pool[FLAT].append(norm(self.flat(pool)))

    # --- Models ---------------------------------------------------------------------

    def simple_model(self, depth: int) -> keras.Model:
        """A model from flat to flat; some are shared later."""
        if self.models and self.chance(0.4):
            return self.random.choice(self.models)
        inputs = keras.Input(FLAT, name=self.name("simple_in"))
        pool: Any = {FLAT: [inputs], STEPS: [], TOKENS: []}
        self.grow(pool, depth + 1, self.random.randint(1, 3))
        outputs = layers.Dense(4, name=self.name("simple_out"))(pool[FLAT][-1])
        model = keras.Model(inputs, outputs, name=self.name("simple"))
        if self.chance(0.1):
            model.trainable = False
        self.models.append(model)
        return model

    def again(self, pool: Any, depth: int) -> None:
        """A model called several times, at this level and others."""
        model = self.simple_model(depth)
        for _ in range(self.random.randint(1, 2)):
            pool[FLAT].append(model(self.flat(pool)))

    def nested(self, pool: Any, depth: int) -> None:
        inputs, inner = self.inputs()
        self.grow(inner, depth + 1, self.random.randint(1, 4))
        model = self.close(inputs, inner, "nested")
        for _ in range(2 if self.chance(0.3) else 1):
            given = keras.tree.map_structure(lambda t: self.fitting(t, pool), inputs)
            for tensor in keras.tree.flatten(model(given)):
                if tensor.shape[1:] in (FLAT, STEPS) and "float" in tensor.dtype:
                    pool[tensor.shape[1:]].append(tensor)

    def fitting(self, wanted: Tensor, pool: Any) -> Tensor:
        shape = tuple(wanted.shape[1:])
        fixed = wanted.shape[0] is not None
        if shape == TOKENS:
            if pool[TOKENS] and not fixed:
                return self.random.choice(pool[TOKENS])
            zeros = self.flat(pool)[:, :3] > 0
            return ops.cast(zeros, "int32")
        if shape in (FLAT, STEPS):
            return self.random.choice(pool[shape])
        return self.flat(pool)[:, :2] if shape == (2,) else self.flat(pool)[:, 0]

    def sequential(self, pool: Any, depth: int) -> None:
        parts: list[Any] = [layers.Dense(4, name=self.name("in_stack"))]
        if self.flat_layers and self.chance(0.4):
            parts.append(self.random.choice(self.flat_layers))
        if self.chance(0.4):
            parts.append(self.simple_model(depth))
        if self.chance(0.4):
            deep = [layers.ReLU(name=self.name("relu"))]
            if self.chance(0.5):
                deep.insert(0, keras.Input(FLAT, name=self.name("deep_in")))
            parts.append(keras.Sequential(deep, name=self.name("deep")))
        if self.chance(0.6):
            parts.insert(0, keras.Input(FLAT, name=self.name("stack_in")))
        stack = keras.Sequential(parts, name=self.name("stack"))
        pool[FLAT].append(stack(self.flat(pool)))

    def from_tensors(self, pool: Any, depth: int) -> None:
        """A submodel cut out of the graph so far."""
        start = self.flat(pool)
        end = layers.Dense(4, name=self.name("cut"))(start * 2.0)
        cut = keras.Model(start, end, name=self.name("part"))
        pool[FLAT].append(cut(self.flat(pool)))


def build(seed: int) -> keras.Model | None:
    """Build the model of a seed; `None` where Keras refuses it."""
    keras.backend.clear_session(free_memory=False)
    try:
        model = RandomModel(seed).build()
        model.to_json()
    except Exception:
        return None
    return model


def check(model: keras.Model, folder: Any, *, predict: bool = True) -> Iterator[str]:
    """Round-trip a model live, from its file and from JSON; yield what differs.

    Args:
        model: The model; its weights are changed.
        folder: Where files may be written.
        predict: Compare predictions as well, which takes most of the time.
    """
    import kerascodegen
    from tests import roundtrip

    generated = kerascodegen.generate(model)
    source = str(generated)
    rebuilt = roundtrip.execute(source).build_model()
    archive, text = folder / "random.keras", folder / "random.json"
    roundtrip.randomise_weights(model)
    model.save(archive)
    text.write_text(model.to_json(), encoding="utf-8")
    roundtrip.assert_same_model(model, rebuilt)
    if predict:
        roundtrip.assert_weights_load(model, rebuilt, folder)
    else:
        roundtrip.randomise_weights(rebuilt, seed=3)
        rebuilt.load_weights(archive)
        roundtrip.assert_same_weights(model, rebuilt)
    from_file = kerascodegen.generate(archive)
    if str(from_file) != source:
        lost = any("which" in note.message for note in from_file.diagnostics)
        yield "sharing not told by the file" if lost else "another source from .keras"
    from_json = str(kerascodegen.generate(text))
    if from_json != source:
        apart = roundtrip.execute(from_json).build_model()
        roundtrip.assert_same_config(model, apart)
        if not graph_shares(kerascodegen.read(model)):
            yield "another source from JSON"


def graph_shares(graph: Any) -> bool:
    """Whether a layer of a graph stands in several models, so that JSON loses it."""
    return "shared_id=1" in repr(graph)


def main(first: int, last: int) -> None:
    """Check a range of seeds and print what differs."""
    import collections
    import pathlib
    import tempfile
    import traceback

    counts: collections.Counter[str] = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            model = build(seed)
            if model is None:
                counts["refused by Keras"] += 1
                continue
            try:
                problems = list(
                    check(model, pathlib.Path(folder), predict=seed % 10 == 0)
                )
            except Exception as error:
                counts["failed"] += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                print(f"{seed}: {type(error).__name__}: {str(error)[:600]} ({where})")
                sys.stdout.flush()
                continue
            counts["exact"] += not problems
            for problem in problems:
                counts[problem] += 1
                print(f"{seed}: {problem}")
            sys.stdout.flush()
    print(dict(counts))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
