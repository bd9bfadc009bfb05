"""Sources that build the same model verify, whatever the model is made of."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import layers

from tests.verify.support import Bench, assert_passes, build, train_a_little

NESTED = """
def build_head() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="head_in")
    x = layers.Dense(4, name="head_dense")(inputs)
    return keras.Model(inputs, x + inputs, name="head")


def build_model() -> keras.Model:
    inputs = keras.Input(shape=(4,), name="x")
    seq = keras.Sequential([
        keras.Input(shape=(4,)),
        layers.Dense(3, activation="relu", name="seq_a"),
        layers.Dense(4, name="seq_b"),
    ], name="seq")
    head = build_head()
    y = head(head(seq(inputs)))
    return keras.Model(inputs, y, name="nested")
"""


MLP = """
def build_model() -> keras.Model:
    inputs = keras.Input(shape=(784,), name="pixels")
    x = layers.Dense(32, activation="relu", name="hidden")(inputs)
    x = layers.Dropout(0.3, name="drop")(x)
    outputs = layers.Dense(10, activation="softmax", name="classes")(x)
    return keras.Model(inputs, outputs, name="mlp")


def compile_model(model: keras.Model) -> keras.Model:
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return model
"""


def sequential_mlp() -> keras.Model:
    model = keras.Sequential(
        [
            keras.Input(shape=(784,), name="pixels"),
            layers.Dense(32, activation="relu", name="hidden"),
            layers.Dropout(0.3, name="drop"),
            layers.Dense(10, activation="softmax", name="classes"),
        ],
        name="mlp",
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def test_sequential_original(bench: Bench) -> None:
    assert_passes(bench.verify(sequential_mlp(), MLP))


def test_json_original(bench: Bench) -> None:
    assert_passes(bench.verify(bench.json(sequential_mlp()), MLP))


def test_unbuilt_sequential(bench: Bench) -> None:
    model = keras.Sequential(
        [layers.Dense(4, name="a"), layers.Dense(2, name="b")], name="seq"
    )
    body = """
    def build_model():
        inputs = keras.Input(shape=(7,))
        x = layers.Dense(4, name="a")(inputs)
        return keras.Model(inputs, layers.Dense(2, name="b")(x), name="seq")
    """
    path = bench.json(model)
    assert_passes(bench.verify(path, body))
    assert_passes(bench.verify(path, body, options={"input_shape": [7]}))


BODIES = {
    "dict inputs and outputs": """
    def build_model():
        image = keras.Input(shape=(8, 8, 3), name="image")
        meta = keras.Input(shape=(5,), name="meta")
        x = layers.Conv2D(4, 3, activation="relu", name="conv")(image)
        x = layers.GlobalAveragePooling2D(name="pool")(x)
        y = layers.Dense(4, name="meta_dense")(meta)
        z = layers.Concatenate(name="join")([x, y])
        return keras.Model(
            {"image": image, "meta": meta},
            {"price": layers.Dense(1, name="price")(z),
             "kind": layers.Dense(3, name="kind")(z)},
            name="two",
        )
    """,
    "list of one output, tuple of inputs": """
    def build_model():
        a = keras.Input(shape=(3,), name="a")
        b = keras.Input(shape=(3,), name="b")
        return keras.Model((a, b), [layers.Add(name="add")([a, b])], name="m")
    """,
    "shared layer": """
    def build_model():
        a = keras.Input(shape=(3,), name="a")
        b = keras.Input(shape=(3,), name="b")
        shared = layers.Dense(2, name="shared")
        left = shared(a)
        right = shared(b)
        return keras.Model([a, b], layers.Subtract(name="sub")([left, right]))
    """,
    "nested": NESTED,
    "ops": """
    def build_model():
        x = keras.Input(shape=(6, 4), name="x")
        y = x[:, 1:, ::2]
        z = keras.ops.relu(1.0 - y) + y * 2.0
        left, right = keras.ops.split(z, 2, axis=-1)
        outputs = keras.ops.concatenate([right, left], axis=1)
        return keras.Model(x, layers.Flatten(name="flat")(outputs), name="ops")
    """,
    "constant array": """
    def build_model():
        import numpy as np

        x = keras.Input(shape=(3,), name="x")
        y = x * np.array([0.25, 0.5, 0.25], dtype="float32")
        return keras.Model(x, keras.ops.where(y > 0, y, np.float32(0.5)), name="m")
    """,
    "batch normalization and dropout": """
    def build_model():
        inputs = keras.Input(shape=(None, None, 3), name="image")
        x = layers.Conv2D(4, 3, use_bias=False, name="conv")(inputs)
        x = layers.BatchNormalization(name="bn")(x)
        x = layers.SpatialDropout2D(0.3, name="drop")(x)
        x = layers.GlobalMaxPooling2D(name="pool")(x)
        x = layers.GaussianNoise(0.5, name="noise")(x)
        return keras.Model(inputs, layers.Dense(2, name="out")(x), name="bn_model")
    """,
    "masked embedding": """
    def build_model():
        ids = keras.Input(shape=(None,), name="ids")
        x = layers.Embedding(11, 4, mask_zero=True, name="embedding")(ids)
        x = layers.LSTM(3, dropout=0.2, return_sequences=True, name="lstm")(x)
        x = layers.Bidirectional(layers.GRU(2, name="gru"), name="both")(x)
        return keras.Model(ids, layers.Dense(1, name="out")(x), name="text")
    """,
    "masking": """
    def build_model():
        x = keras.Input(shape=(None, 5), name="steps")
        y = layers.Masking(mask_value=-1.0, name="masking")(x)
        return keras.Model(x, layers.LSTM(3, name="lstm")(y), name="masked")
    """,
    "int and string inputs": """
    def build_model():
        words = keras.Input(shape=(1,), dtype="string", name="words")
        kind = keras.Input(shape=(), dtype="int32", name="kind")
        ids = layers.TextVectorization(
            vocabulary=["the", "fox"], output_sequence_length=5, name="vectorize"
        )(words)
        x = layers.Embedding(4, 3, name="word_embedding")(ids)
        x = layers.GlobalAveragePooling1D(name="pool")(x)
        y = layers.Embedding(3, 3, name="kind_embedding")(kind)
        flag = keras.Input(shape=(1,), dtype="bool", name="flag")
        z = layers.Add(name="add")([x, y]) * keras.ops.cast(flag, "float32")
        return keras.Model([words, kind, flag], z, name="mixed_inputs")
    """,
    "half precision": """
    def build_model():
        inputs = keras.Input(shape=(8,), name="x")
        x = layers.Dense(16, dtype="mixed_float16", name="a")(inputs)
        x = layers.LayerNormalization(dtype="float16", name="norm")(x)
        x = layers.Dense(4, dtype="bfloat16", name="b")(x)
        return keras.Model(inputs, layers.Dense(2, dtype="float32", name="c")(x))
    """,
    "double precision": """
    def build_model():
        inputs = keras.Input(shape=(8,), dtype="float64", name="x")
        return keras.Model(inputs, layers.Dense(2, dtype="float64", name="c")(inputs))
    """,
    "fixed batch": """
    def build_model():
        inputs = keras.Input(batch_shape=(3, 8), name="x")
        return keras.Model(inputs, layers.Dense(2, name="c")(inputs))
    """,
    "optional input": """
    @keras.saving.register_keras_serializable(package="test")
    class AddIfGiven(layers.Layer):
        def call(self, x, y=None):
            return x if y is None else x + y

        def compute_output_shape(self, x_shape, y_shape=None):
            return x_shape


    def build_model():
        x = keras.Input(shape=(3,), name="x")
        y = keras.Input(shape=(3,), name="y", optional=True)
        return keras.Model([x, y], AddIfGiven(name="plus")(x, y), name="optional")
    """,
    "frozen": """
    def build_model():
        inputs = keras.Input(shape=(3,), name="x")
        frozen = layers.Dense(2, name="frozen")
        frozen.trainable = False
        x = layers.BatchNormalization(name="bn")(frozen(inputs))
        return keras.Model(inputs, layers.Dense(2, name="free")(x))
    """,
    "attention with keywords": """
    def build_model():
        q = keras.Input(shape=(5, 4), name="q")
        v = keras.Input(shape=(7, 4), name="v")
        x, scores = layers.MultiHeadAttention(2, 3, dropout=0.1, name="mha")(
            q, value=v, return_attention_scores=True
        )
        return keras.Model([q, v], [x, scores], name="attention")
    """,
    "states": """
    def build_model():
        a = keras.Input(shape=(5, 4), name="a")
        b = keras.Input(shape=(6, 4), name="b")
        _, h, c = layers.LSTM(3, return_state=True, name="encoder")(a)
        y = layers.LSTM(3, name="decoder")(b, initial_state=[h, c])
        return keras.Model([a, b], y, name="seq2seq")
    """,
    "wrapped model": """
    def build_model():
        inner_in = keras.Input(shape=(4,), name="inner_in")
        inner = keras.Model(inner_in, layers.Dense(2, name="d")(inner_in) + 1.0,
                            name="inner")
        x = keras.Input(shape=(3, 4), name="x")
        y = layers.TimeDistributed(inner, name="each")(x)
        return keras.Model(x, y, name="wrapped")
    """,
    "quantized": """
    def build_model():
        x = keras.Input(shape=(4,), name="x")
        model = keras.Model(x, layers.Dense(3, name="d")(x), name="small")
        model.quantize("int8")
        return model
    """,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_source_of_the_original_itself(bench: Bench, body: str) -> None:
    model = build(body)
    if "quantize" not in body:
        train_a_little(model)
    assert_passes(bench.verify(model, body))


def test_adapted_normalization(bench: Bench) -> None:
    normalization = layers.Normalization(name="norm")
    normalization.adapt(np.random.default_rng(0).normal(3.0, 2.0, (50, 4)))
    inputs = keras.Input(shape=(4,), name="x")
    model = keras.Model(inputs, layers.Dense(2, name="d")(normalization(inputs)))
    body = """
    def build_model():
        inputs = keras.Input(shape=(4,), name="x")
        x = layers.Normalization(name="norm")(inputs)
        return keras.Model(inputs, layers.Dense(2, name="d")(x))
    """
    assert_passes(bench.verify(model, body))


def test_custom_layer_defined_in_the_source(bench: Bench) -> None:
    body = """
    class Twice(layers.Layer):
        def call(self, x):
            return x * 2.0


    def build_model():
        inputs = keras.Input(shape=(4,), name="x")
        return keras.Model(inputs, Twice(name="twice")(inputs), name="m")
    """
    assert_passes(bench.verify(build(body), body))


def test_compile_settings_with_objects(bench: Bench) -> None:
    body = """
    def build_model():
        inputs = keras.Input(shape=(4,), name="x")
        a = layers.Dense(1, name="a")(inputs)
        b = layers.Dense(3, name="b")(inputs)
        return keras.Model(inputs, {"a": a, "b": b}, name="m")


    def compile_model(model):
        model.compile(
            optimizer=keras.optimizers.SGD(
                keras.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9),
                momentum=0.9,
            ),
            loss={"a": "mse", "b": keras.losses.Huber()},
            loss_weights={"a": 1.0, "b": 0.3},
            metrics={"a": ["mae"]},
        )
        return model
    """
    assert_passes(bench.verify(build(body), body))


def test_source_without_compile_is_noted(bench: Bench) -> None:
    body = MLP.partition("def compile_model")[0]
    assert_passes(bench.verify(sequential_mlp(), body), "compile")


def test_source_that_prints(bench: Bench) -> None:
    body = MLP.replace("def build_model", 'print("noise")\n\n\ndef build_model')
    assert_passes(bench.verify(sequential_mlp(), body))


def test_original_that_cannot_predict_is_skipped(bench: Bench) -> None:
    body = """
    @keras.saving.register_keras_serializable(package="test")
    class Picky(layers.Layer):
        def call(self, x):
            if keras.ops.is_tensor(x):
                raise ValueError("not today")
            return x

        def compute_output_shape(self, shape):
            return shape


    def build_model():
        inputs = keras.Input(shape=(4,), name="x")
        return keras.Model(inputs, Picky(name="picky")(inputs), name="m")
    """
    report = bench.verify(build(body), body)
    assert_passes(report, "predictions", "training mode")
