"""Keras' own masks go, the author's stay, and the rebuilt model computes the same."""

import re
from collections.abc import Callable

import keras
import pytest
from keras import layers, ops

import kerascodegen
from kerascodegen.graph.model import OperationKind
from kerascodegen.passes.auto_masks import drop_auto_masks
from kerascodegen.passes.call_noise import drop_call_noise
from tests.support import (
    assert_rebuilds,
    assert_same_predictions,
    make_context,
    rebuild,
    source_of,
)

# A layer that does not hand masks on says so each time.
pytestmark = pytest.mark.filterwarnings("ignore:Layer .* does not support masking")

Tensor = keras.KerasTensor
STEPS = 6


def tokens(name: str, *, masked: bool = True, steps: int = STEPS, width: int = 4):
    """An input of tokens, and what an Embedding makes of it."""
    inputs = keras.Input(shape=(steps,), dtype="int32", name=name)
    embedding = layers.Embedding(10, width, mask_zero=masked, name=f"embed_{name}")
    return inputs, embedding(inputs)


def features(name: str, *, steps: int = STEPS, width: int = 4, **options: object):
    """An input of features, and what a Masking makes of it."""
    inputs = keras.Input(shape=(steps, width), name=name)
    return inputs, layers.Masking(name=f"masking_{name}", **options)(inputs)


def last_state(x: Tensor, name: str = "last") -> Tensor:
    """A layer that takes a mask, so that Keras records the one it got."""
    return layers.LSTM(3, name=name)(x)


def assert_no_mask_left(model: keras.Model) -> None:
    graph = drop_call_noise(kerascodegen.read(model), make_context())
    recorded = [node for node in graph.nodes if "mask" in node.kwargs]
    result = drop_auto_masks(graph, make_context())
    assert not any("mask" in node.kwargs for node in result.nodes)
    assert not any(o.kind is OperationKind.OP for o in result.operations)
    if not recorded:
        assert result is graph
    assert_rebuilds(model)


# What stands between a masked sequence and the layer that takes its mask.
STRAIGHT: dict[str, Callable[[], layers.Layer]] = {
    "lstm": lambda: layers.LSTM(4, return_sequences=True),
    "gru": lambda: layers.GRU(4, return_sequences=True),
    "simple_rnn": lambda: layers.SimpleRNN(4, return_sequences=True),
    "rnn": lambda: layers.RNN(layers.LSTMCell(4), return_sequences=True),
    "stacked": lambda: layers.RNN(
        [layers.GRUCell(3), layers.LSTMCell(2)], return_sequences=True
    ),
    "bidirectional": lambda: layers.Bidirectional(
        layers.GRU(4, return_sequences=True), merge_mode="sum"
    ),
    "time_distributed": lambda: layers.TimeDistributed(layers.Dense(4)),
    "dense": lambda: layers.Dense(4),
    "dropout": lambda: layers.Dropout(0.5),
    "spatial_dropout": lambda: layers.SpatialDropout1D(0.5),
    "noise": lambda: layers.GaussianNoise(0.5),
    "normalization": lambda: layers.LayerNormalization(),
    "batch_normalization": lambda: layers.BatchNormalization(),
    "activation": lambda: layers.Activation("relu"),
    "prelu": lambda: layers.PReLU(),
    "identity": lambda: layers.Identity(),
    "masking_again": lambda: layers.Masking(mask_value=1.0),
    "spectral": lambda: layers.SpectralNormalization(layers.Dense(4)),
    "einsum": lambda: layers.EinsumDense("abc,cd->abd", output_shape=(None, 4)),
    "other_dtype": lambda: layers.LSTM(4, return_sequences=True, dtype="float64"),
    # These destroy the mask.
    "conv": lambda: layers.Conv1D(4, 3, padding="same"),
    "cropping": lambda: layers.Cropping1D(1),
    "permute": lambda: layers.Permute((2, 1)),
}


@pytest.mark.parametrize("name", STRAIGHT)
@pytest.mark.parametrize("source", [tokens, features], ids=["embedding", "masking"])
def test_straight_run(name: str, source: Callable):
    inputs, x = source("steps")
    x = STRAIGHT[name]()(x)
    assert_no_mask_left(keras.Model(inputs, last_state(x), name="model"))


@pytest.mark.parametrize(
    "final",
    [
        layers.GlobalAveragePooling1D,
        layers.GlobalMaxPooling1D,
        layers.Flatten,
        lambda: layers.Bidirectional(layers.LSTM(3)),
    ],
)
def test_end(final: Callable[[], layers.Layer]):
    inputs, x = tokens("words")
    assert_no_mask_left(keras.Model(inputs, final()(x), name="model"))


@pytest.mark.parametrize("kind", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_states(kind: type[layers.Layer]):
    inputs, x = tokens("words")
    x, *states = kind(4, return_sequences=True, return_state=True)(x)
    again = kind(4, name="again")(x, initial_state=states)
    assert_no_mask_left(keras.Model(inputs, [again, last_state(x)], name="model"))


@pytest.mark.parametrize("states", [False, True])
@pytest.mark.parametrize("merge_mode", [None, "concat"])
def test_bidirectional(merge_mode: str | None, states: bool):
    inputs, x = tokens("words")
    inner = layers.LSTM(4, return_sequences=True, return_state=states)
    results = layers.Bidirectional(inner, merge_mode=merge_mode)(x)
    results = results if isinstance(results, list | tuple) else [results]
    sequences = results[: 1 if merge_mode else 2]
    outputs = [last_state(x, f"last_{index}") for index, x in enumerate(sequences)]
    if merge_mode is None:
        outputs.append(last_state(layers.Add()(sequences), "last_sum"))
    outputs += results[len(sequences) :]
    assert_no_mask_left(keras.Model(inputs, outputs, name="model"))


@pytest.mark.parametrize("other", ["embedding", "masking", "unmasked"])
@pytest.mark.parametrize("axis", [-1, 2, 1, -2])
def test_concatenate(axis: int, other: str):
    first, x = tokens("words")
    sizes = {"steps": STEPS + 1} if axis in {1, -2} else {"width": 5}
    if other == "masking":
        second, y = features("other", **sizes)
    else:
        second, y = tokens("other", masked=other == "embedding", **sizes)
    joined = layers.Concatenate(axis=axis)([x, y])
    again = layers.Concatenate()([joined, joined, layers.Dense(3)(joined)])
    model = keras.Model([first, second], last_state(again), name="model")
    assert_no_mask_left(model)


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize(
    "merge",
    ["Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract", "Dot"],
)
def test_merge(merge: str, masked: bool):
    first, x = tokens("words")
    second, y = tokens("other", masked=masked)
    made = layers.Dot(axes=2) if merge == "Dot" else getattr(layers, merge)()
    model = keras.Model([first, second], last_state(made([x, y])), name="model")
    assert_no_mask_left(model)


def test_merge_of_three():
    first, x = tokens("words")
    second, y = features("other")
    z = layers.Add()([x, layers.Dense(4)(x), y])
    assert_no_mask_left(keras.Model([first, second], last_state(z), name="model"))


@pytest.mark.parametrize("masked", [(1, 1), (1, 0), (0, 1)], ids=str)
@pytest.mark.parametrize("kind", ["Attention", "AdditiveAttention"])
def test_attention(kind: str, masked: tuple[int, int]):
    first, x = tokens("query", masked=bool(masked[0]))
    second, y = tokens("value", masked=bool(masked[1]))
    x = getattr(layers, kind)()([x, y])
    model = keras.Model([first, second], last_state(x), name="model")
    assert_no_mask_left(model)


@pytest.mark.parametrize("scores", [True, False])
def test_attention_with_three_inputs(scores: bool):
    first, x = tokens("query")
    second, y = tokens("value")
    result = layers.Attention()([x, y, y], return_attention_scores=scores)
    outputs = [last_state(result[0]), result[1]] if scores else last_state(result)
    assert_no_mask_left(keras.Model([first, second], outputs, name="model"))


def test_multi_head_attention():
    first, x = tokens("query")
    second, y = tokens("value")
    x = layers.Add()([x, layers.MultiHeadAttention(2, 3)(x, y)])
    x = layers.MultiHeadAttention(2, 3)(x, x)
    assert_no_mask_left(keras.Model([first, second], last_state(x), name="model"))


def nested(kind: str) -> keras.Model:
    if kind == "sequential":
        return keras.Sequential(
            [layers.Dense(4), layers.LSTM(4, return_sequences=True)]
        )
    steps = keras.Input(shape=(STEPS, 4))
    x = layers.LSTM(4, return_sequences=True)(steps)
    return keras.Model(steps, [x, layers.Dense(2)(x)] if kind == "several" else x)


@pytest.mark.parametrize("kind", ["functional", "sequential", "several"])
def test_nested_model_takes_a_mask(kind: str):
    inputs, x = tokens("words")
    results = nested(kind)(x)
    results = results if kind == "several" else [results]
    outputs = [last_state(x, f"last_{index}") for index, x in enumerate(results)]
    assert_no_mask_left(keras.Model(inputs, outputs, name="model"))


@pytest.mark.parametrize("sequential", [True, False])
def test_nested_model_makes_a_mask(sequential: bool):
    if sequential:
        made = [keras.Input(shape=(STEPS,)), layers.Embedding(10, 4, mask_zero=True)]
        inner = keras.Sequential([*made, layers.LSTM(4, return_sequences=True)])
    else:
        inputs, x = tokens("inner_words")
        x = layers.LSTM(4, return_sequences=True)(x)
        inner = keras.Model(inputs, layers.GRU(4, return_sequences=True)(x))
    inputs = keras.Input(shape=(STEPS,), name="words")
    assert_no_mask_left(keras.Model(inputs, last_state(inner(inputs)), name="model"))


def test_model_in_time_distributed():
    inner_inputs = keras.Input(shape=(4,))
    inner = keras.Model(inner_inputs, layers.Dense(3)(inner_inputs))
    inputs, x = tokens("words")
    x = layers.TimeDistributed(inner)(x)
    assert_no_mask_left(keras.Model(inputs, last_state(x), name="model"))


def test_shared_layers():
    embedding = layers.Embedding(10, 4, mask_zero=True)
    encoder = layers.LSTM(4, return_sequences=True)
    pool = layers.GRU(3)
    inputs = [keras.Input(shape=(STEPS,), name=name) for name in ("left", "right")]
    vectors = [pool(encoder(embedding(tensor))) for tensor in inputs]
    model = keras.Model(inputs, layers.Concatenate()(vectors), name="model")
    assert_no_mask_left(model)


def test_sequential():
    made = [layers.Embedding(10, 4, mask_zero=True), layers.LSTM(3)]
    model = keras.Sequential([keras.Input(shape=(STEPS,), name="words"), *made])
    assert_no_mask_left(model)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_mask_behind_a_cast(policy: str):
    # Masking and Concatenate compute masks from inputs that they have cast already.
    first, x = features("steps", mask_value=-1.0, dtype=policy)
    second, y = tokens("words")
    x = layers.Concatenate(dtype=policy)([x, y])
    model = keras.Model([first, second], last_state(x), name="model")
    assert_no_mask_left(model)


@pytest.mark.parametrize("value", [0, 0.0, -1.0, 1e-7])
def test_mask_value(value: float):
    inputs, x = features("steps", mask_value=value)
    assert_no_mask_left(keras.Model(inputs, last_state(x), name="model"))


def author(mask: Callable[[Tensor, Tensor], Tensor], *, conv: bool = False):
    """A model whose author passes a mask, made from tokens and embedding."""
    inputs, x = tokens("words")
    given = mask(inputs, x)
    if conv:
        x = layers.Conv1D(4, 3, padding="same", name="conv")(x)
    x = layers.LSTM(3, return_sequences=True, name="reader")(x, mask=given)
    return keras.Model(inputs, last_state(x), name="model")


@pytest.mark.parametrize(
    "mask",
    [
        lambda words, x: ops.not_equal(words, 1),
        lambda words, x: ops.not_equal(words, 0.0),
        lambda words, x: ops.not_equal(0, words),
        lambda words, x: ops.greater(words, 0),
        lambda words, x: ops.any(ops.not_equal(x, 0), axis=-1),
        lambda words, x: ops.logical_or(ops.not_equal(words, 0), ops.equal(words, 0)),
    ],
    ids=["one", "float", "swapped", "greater", "of-embedding", "or"],
)
def test_mask_of_the_authors_stays(mask: Callable[[Tensor, Tensor], Tensor]):
    model = author(mask)
    # Once where it was passed; the layers behind hand it on.
    assert source_of(model).count("mask=") == 1
    assert_rebuilds(model)


def test_mask_past_a_layer_that_destroys_it_stays():
    model = author(lambda words, x: ops.not_equal(words, 0), conv=True)
    assert source_of(model).count("mask=not_equal") == 1
    assert_rebuilds(model)


def test_mask_equal_to_the_automatic_one_stays_where_keras_tells():
    # Given a mask, Keras does not record the `training` that it fills in otherwise.
    model = author(lambda words, x: ops.not_equal(words, 0))
    # What the layer hands on is the author's mask again, which nobody needs to give.
    assert source_of(model).count("mask=not_equal") == 1
    assert_rebuilds(model)


def test_mask_equal_to_the_automatic_one_goes_where_nothing_tells():
    # The same expression on the same tensors, and no `training` in either case.
    inputs, x = tokens("words")
    inner = layers.LSTM(3, name="inner")
    layer = layers.Bidirectional(inner, name="reader")
    model = keras.Model(inputs, layer(x, mask=ops.not_equal(inputs, 0)), name="model")
    assert "mask=" not in source_of(model)
    assert_same_predictions(model, rebuild(model))


@pytest.mark.parametrize("masked", [True, False])
def test_none_where_there_is_a_mask_was_the_authors(masked: bool):
    inputs, x = tokens("words", masked=masked)
    layer = layers.Bidirectional(layers.LSTM(3, name="inner"), name="reader")
    model = keras.Model(inputs, layer(x, mask=None), name="model")
    assert ("mask=None" in source_of(model)) is masked
    if masked:
        assert_rebuilds(model)


def test_mask_that_the_model_computes_with_stays():
    inputs, x = tokens("words")
    mask = ops.not_equal(inputs, 0)
    outputs = [layers.GRU(3, name="reader")(x, mask=mask), ops.cast(mask, "float32")]
    model = keras.Model(inputs, outputs, name="model")
    # Left out, Keras would make the comparison a second time.
    assert re.search(r"\(\s*embed_words, mask=not_equal\w*\s*\)", source_of(model))
    assert_rebuilds(model)


def test_mask_that_is_an_input_stays():
    inputs, x = tokens("words")
    given = keras.Input(shape=(STEPS,), dtype="bool", name="given")
    x = layers.LSTM(3, return_sequences=True, name="reader")(x, mask=given)
    x = layers.Dropout(0.5)(layers.Dense(4)(x))
    model = keras.Model([inputs, given], last_state(x), name="model")
    assert source_of(model).count("mask=given") == 1
    assert_rebuilds(model)


def test_mask_of_softmax_stays():
    inputs = keras.Input(shape=(STEPS,), name="scores")
    outputs = layers.Softmax()(inputs, mask=ops.greater(inputs, 0.0))
    model = keras.Model(inputs, outputs, name="model")
    assert "mask=greater" in source_of(model)
    assert_rebuilds(model)


def test_masks_of_a_merge_in_another_order_stay():
    first, x = tokens("words")
    second, y = tokens("other")
    masks = [ops.not_equal(tensor, 0) for tensor in (second, first)]
    x = layers.GRU(3)(layers.Add()([x, y]), mask=ops.logical_or(*masks))
    model = keras.Model([first, second], x, name="model")
    assert source_of(model).count("mask=") == 1
    assert_rebuilds(model)


def test_mask_behind_a_custom_layer_stays():
    @keras.saving.register_keras_serializable("masks")
    class Custom(layers.Layer):
        supports_masking = True

        def call(self, x):
            return x + 1.0

    inputs, x = tokens("words")
    model = keras.Model(inputs, last_state(Custom(name="custom")(x)), name="model")
    graph = kerascodegen.read(model)
    result = drop_auto_masks(graph, make_context())
    kept = [node.operation for node in result.nodes if "mask" in node.kwargs]
    assert kept == ["last"]


def test_graph_without_masks_comes_back_as_it_is():
    inputs, x = tokens("words", masked=False)
    model = keras.Model(inputs, last_state(x), name="model")
    graph = drop_call_noise(kerascodegen.read(model), make_context())
    assert drop_auto_masks(graph, make_context()) is graph
