"""`names="auto"` rebuilds the names, and guard loops keep ops off layers' names."""

from collections.abc import Callable

import keras
import pytest
from keras import layers, ops

from kerascodegen.graph.model import TensorRef
from kerascodegen.passes.auto_names import (
    guard_names,
    leave_out_names,
    split_auto_name,
)
from kerascodegen.passes.order import decide_order
from tests import roundtrip
from tests.support import (
    call,
    input_operation,
    layer,
    make_context,
    make_graph,
    op,
    rebuild,
    source_of,
)

pytestmark = pytest.mark.filterwarnings("ignore:Layer .* does not support masking")


def dense_chain() -> keras.Model:
    inputs = x = keras.Input(shape=(4,))
    for _ in range(3):
        x = layers.Dropout(0.1)(layers.Dense(4)(x))
    return keras.Model(inputs, x)


def out_of_order() -> keras.Model:
    """The layers were made in another order than the source makes them."""
    made = [layers.Dense(4) for _ in range(3)]
    inputs = x = keras.Input(shape=(4,))
    for index in (2, 0, 1):
        x = made[index](x)
    return keras.Model(inputs, x)


def partly_named() -> keras.Model:
    inputs = x = keras.Input(shape=(4,))
    x = layers.Dense(4)(x)
    x = layers.Dense(4, name="dense_5")(x)
    x = layers.Dense(4, name="head")(x)
    return keras.Model(inputs, layers.Dense(4)(x))


def ops_beside_layers() -> keras.Model:
    """`+` and `layers.Add()` share one counter."""
    inputs = keras.Input(shape=(4,))
    x = inputs + 1.0
    x = layers.Add()([x, inputs])
    x = x + 2.0
    x = layers.Multiply()([x, inputs]) * 2.0
    return keras.Model(inputs, layers.Add()([x, inputs]))


def layers_before_ops() -> keras.Model:
    inputs = keras.Input(shape=(4,))
    x = layers.Add()([inputs, inputs])
    x = layers.Add()([x, inputs])
    return keras.Model(inputs, ops.softmax(x + 1.0))


def layers_named_as_ops() -> keras.Model:
    inputs = keras.Input(shape=(4,))
    x = layers.Dense(4, name="add_20")(inputs)
    x = layers.Dense(4, name="add_21")(x + 1.0)
    x = layers.Dense(4, name="multiply_9")(x * 2.0)
    return keras.Model(inputs, x + 2.0)


def ops_inside_a_wrapper() -> keras.Model:
    """Made before the model inside the wrapper, but called behind it."""
    first, second = layers.Add(), layers.Dense(4)
    inner_inputs = keras.Input(shape=(4,))
    inner = keras.Model(inner_inputs, layers.Dense(4)(inner_inputs + 1.0))
    inputs = keras.Input(shape=(6, 4))
    x = layers.TimeDistributed(inner)(inputs)
    return keras.Model(inputs, layers.Dense(4)(second(first([x, inputs]))))


def attention() -> keras.Model:
    """A MultiHeadAttention makes a Softmax and a Dropout of its own."""
    inputs = keras.Input(shape=(6, 4))
    x = layers.Softmax()(inputs)
    x = layers.MultiHeadAttention(2, 4, dropout=0.1)(x, x)
    x = layers.Dropout(0.1)(layers.Softmax()(x))
    return keras.Model(inputs, layers.MultiHeadAttention(2, 4)(x, x))


def grouped_attention() -> keras.Model:
    last, early = layers.Softmax(), layers.Softmax()
    inputs = keras.Input(shape=(6, 4))
    x = layers.GroupQueryAttention(4, 2, 1)(inputs, inputs)
    return keras.Model(inputs, early(last(x)))


def augmentation() -> keras.Model:
    """Made first and called last, behind a layer that makes ten of its own."""
    brightness = layers.RandomBrightness(0.1)
    inputs = keras.Input(shape=(8, 8, 3))
    x = layers.RandAugment(value_range=(0, 255), seed=3)(inputs)
    return keras.Model(inputs, brightness(x))


def masks() -> keras.Model:
    """Masks are joined by ops that share a counter with Concatenate."""
    first = keras.Input(shape=(6,), dtype="int32")
    second = keras.Input(shape=(6,), dtype="int32")
    embedding = layers.Embedding(10, 4, mask_zero=True)
    x = layers.Concatenate()([embedding(first), embedding(second)])
    x = layers.Concatenate()([x, embedding(first)])
    return keras.Model([first, second], layers.LSTM(3)(x))


def nested() -> keras.Model:
    inner = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(4), layers.ReLU()])
    inputs = keras.Input(shape=(4,))
    x = layers.Dense(4)(inputs)
    x = layers.Dense(4)(inner(x) + x)
    return keras.Model(inputs, layers.ReLU()(x))


def nested_with_ops() -> keras.Model:
    inner_inputs = keras.Input(shape=(4,))
    x = layers.Add()([inner_inputs + 1.0, inner_inputs])
    inner = keras.Model(inner_inputs, x)
    inputs = keras.Input(shape=(4,))
    return keras.Model(inputs, layers.Add()([inner(inputs), inputs]) + 1.0)


def shared() -> keras.Model:
    inputs = [keras.Input(shape=(4,)) for _ in range(3)]
    encoder = layers.Dense(4)
    joined = layers.Concatenate()([encoder(tensor) for tensor in inputs])
    return keras.Model(inputs, layers.Dense(2)(joined))


def wrappers() -> keras.Model:
    inputs = x = keras.Input(shape=(6, 4))
    x = layers.TimeDistributed(layers.Dense(4))(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(x)
    x = layers.Dense(4)(x)
    return keras.Model(inputs, layers.LSTM(3)(x))


def many_classes() -> keras.Model:
    inputs = x = keras.Input(shape=(8, 8, 3))
    for _ in range(2):
        x = layers.Conv2D(4, 3, padding="same")(x)
        x = layers.BatchNormalization()(x)
        x = layers.PReLU(shared_axes=[1, 2])(x)
        x = layers.MaxPooling2D()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(2)(x))


def branches() -> keras.Model:
    inputs = keras.Input(shape=(4,))
    heads = [layers.Dense(2)(layers.Dense(4)(inputs)) for _ in range(3)]
    return keras.Model(inputs, layers.Average()(heads) - layers.Maximum()(heads))


MODELS = [
    dense_chain,
    out_of_order,
    partly_named,
    ops_beside_layers,
    layers_before_ops,
    layers_named_as_ops,
    attention,
    augmentation,
    grouped_attention,
    masks,
    nested,
    nested_with_ops,
    ops_inside_a_wrapper,
    shared,
    wrappers,
    many_classes,
    branches,
]


def fresh_session() -> None:
    keras.backend.clear_session(free_memory=False)


@pytest.mark.parametrize("build", MODELS)
def test_auto_names_come_back_in_a_fresh_session(build: Callable[[], keras.Model]):
    model = build()
    source = source_of(model, names="auto")
    fresh_session()
    rebuilt = roundtrip.execute(source).build_model()
    roundtrip.assert_same_model(model, rebuilt)


@pytest.mark.parametrize("tensors", ["named", "chain"])
@pytest.mark.parametrize("build", MODELS)
def test_kept_names_come_back_in_any_session(
    build: Callable[[], keras.Model], tensors: str
):
    model = build()
    source = source_of(model, tensors=tensors)
    module = roundtrip.execute(source)
    for other in (ops_beside_layers, attention, masks):
        other()
    for _ in range(2):
        roundtrip.assert_same_model(model, module.build_model())
    # Right behind the names that the layers have is where an op would hit one.
    for skipped in range(3):
        fresh_session()
        for prefix in ("add", "multiply", "softmax", "concatenate"):
            for _ in range(skipped):
                keras.backend.get_uid(prefix)
        roundtrip.assert_same_model(model, module.build_model())


@pytest.mark.parametrize("offset", [3, 50])
@pytest.mark.parametrize("build", MODELS)
def test_names_that_began_late(build: Callable[[], keras.Model], offset: int):
    """A model built behind others, in a notebook say, has no names from zero."""
    for prefix in ("add", "dense", "multiply", "concatenate", "softmax", "dropout"):
        for _ in range(offset):
            keras.backend.get_uid(prefix)
    model = build()
    fresh_session()
    roundtrip.assert_same_model(model, rebuild(model, names="auto"))


def test_plain_model_loses_all_names():
    source = source_of(dense_chain(), names="auto")
    assert source.count("name=") == 1, "the model's own"
    assert "get_uid" not in source


def test_names_that_keras_would_not_give_stay():
    source = source_of(partly_named(), names="auto")
    assert 'name="dense_5"' in source
    assert 'name="head"' in source
    assert 'name="dense"' not in source


def test_kept_names_are_all_written():
    source = source_of(dense_chain(), names="keep")
    assert source.count("name=") == 8


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("dense", ("dense", 0)),
        ("dense_1", ("dense", 1)),
        ("conv2d", ("conv2d", 0)),
        ("conv2d_12", ("conv2d", 12)),
        ("conv2d_0", ("conv2d_0", 0)),
        ("conv2d_01", ("conv2d_01", 0)),
        ("_1", ("_1", 0)),
        ("a_b_3", ("a_b", 3)),
        ("dense_99999999999", ("dense_99999999999", 0)),
        ("two\nlines_3", ("two\nlines_3", 0)),
        ("dense_٣", ("dense_٣", 0)),
    ],
)
def test_split(name: str, parts: tuple[str, int]):
    assert split_auto_name(name) == parts


def guarded(*names: str):
    operations = [input_operation("x"), op("add", "Add")]
    operations += [layer(name) for name in names]
    nodes = [call("add", "x", 1.0), *(call(name, "x") for name in names)]
    outputs = [TensorRef(name) for name in ("add", *names)]
    graph = make_graph(operations, nodes, outputs)
    return decide_order(guard_names(graph, make_context()), make_context())


def test_guard_takes_the_highest_number():
    graph = guarded("add_2", "add_11", "multiply_4")
    assert graph.decisions.reserved_uids == (("add", 11),)


def test_no_guard_without_a_clash():
    assert guarded("multiply_4", "addition").decisions.reserved_uids == ()


def test_keeping_names_changes_nothing():
    graph = guarded("add_2")
    assert leave_out_names(graph, make_context(names="keep")) is graph
