"""Models with one thing each that Keras 3 refuses, misreads or takes.

`CASES` name the rule that changes the thing (`readers/keras2/verdicts.py`). What
tf_keras does not write down itself, as Keras before it did, is put into the `.h5` file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Edit = Callable[[Json], Any]


@dataclass(frozen=True)
class Case:
    """One model.

    Attributes:
        rule: The rule that changes the thing.
        outcome: What Keras 3 makes of it.
        build: Makes the model of tf_keras.
        edit: Puts the thing into the second layer, where tf_keras does not.
        clean: Takes it away again: so, Keras 3 loads the model. `None` where the
            layer is nothing without it.
        training: Puts the thing into the compile settings.
        whole: Changes the config of the model.
    """

    rule: str
    outcome: str
    build: Callable[[Any], Any]
    edit: Edit | None = None
    clean: Edit | None = None
    training: Edit | None = None
    whole: Edit | None = None


CASES: list[Case] = []
REFUSED, OTHER, SAME = "refused", "other", "same"


def _put(*removed: str, cls: str = "", **added: Any) -> Edit:
    """Take arguments away, add others, name another class."""

    def edit(layer: Json) -> None:
        for key in removed:
            layer["config"].pop(key, None)
        layer["config"].update(added)
        layer["class_name"] = cls or layer["class_name"]

    return edit


def _add(
    rule: str,
    layer: Callable[[Any], Any],
    shape: tuple[int, ...],
    edit: Edit | None = None,
    clean: Edit | None = None,
    outcome: str = REFUSED,
) -> None:
    def build(tk: Any) -> Any:
        inputs = tk.Input(shape)
        return tk.Model(inputs, layer(tk)(inputs))

    CASES.append(Case(rule, outcome, build, edit, clean))


def _compile(
    rule: str,
    outcome: str,
    compiled: Callable[[Any], Json],
    training: Edit | None = None,
) -> None:
    def build(tk: Any) -> Any:
        inputs = tk.Input((4,))
        model = tk.Model(inputs, tk.layers.Dense(3)(inputs))
        model.compile(**{"loss": "categorical_crossentropy", **compiled(tk)})
        return model

    CASES.append(Case(rule, outcome, build, training=training))


def _dense(tk: Any) -> Any:
    return tk.layers.Dense(3)


def _conv(tk: Any) -> Any:
    return tk.layers.Conv2D(2, 3)


def _lstm(tk: Any) -> Any:
    return tk.layers.LSTM(3)


def _norm(tk: Any) -> Any:
    return tk.layers.BatchNormalization()


FLAT, STEPS, IMAGE = (4,), (4, 2), (6, 6, 2)
_TIME = _put("time_major")
_RNG = _put("rng_type")

# Layers that are gone.
_add("raw_op", lambda tk: lambda x: x * 2.0, FLAT)
_add("lambda_code", lambda tk: tk.layers.Lambda(lambda x: x), FLAT)
_add("locally_connected", lambda tk: tk.layers.LocallyConnected1D(2, 2), STEPS)
_add("random_size", lambda tk: tk.layers.RandomHeight(0.1), IMAGE)
_add("cudnn_lstm", _lstm, STEPS, _put("time_major", cls="CuDNNLSTM"), _TIME)
_add(
    "cudnn_gru",
    lambda tk: tk.layers.GRU(3),
    STEPS,
    _put("time_major", cls="CuDNNGRU"),
    _TIME,
)
_add("thresholded_relu", lambda tk: tk.layers.ThresholdedReLU(), FLAT)
_add("added_loss", _dense, FLAT, _put(cls="AddLoss"), _put())
_add("merge", _dense, FLAT, _put(cls="Merge", mode="sum"), _put())
_add(
    "dense_of_keras_1",
    _dense,
    FLAT,
    _put("units", "kernel_initializer", "bias_initializer", cls="Highway"),
    _put(),
)
_add(
    "four_paddings",
    lambda tk: tk.layers.ZeroPadding2D(1),
    IMAGE,
    _put(padding=[1, 1, 2, 2]),
    _put(),
)
_add("class_alias", _norm, IMAGE, _put(cls="BatchNormalizationV1"), _put())
_add("class_alias", _conv, IMAGE, _put(cls="Convolution2D"), _put())
_add("synchronized", _norm, IMAGE, _put(cls="SyncBatchNormalization"), _put())


def _scaled(tk: Any) -> Any:
    from tf_keras.src.applications.convnext import LayerScale

    return LayerScale(0.1, 4)


_add("application_layer", _scaled, FLAT)


# Calls.
def _nested(tk: Any) -> Any:
    inner = tk.Sequential([tk.layers.Dense(3, input_shape=(4,))])
    return lambda x: tk.layers.Dense(2)(inner(x))


def _nested_last(tk: Any) -> Any:
    inputs = tk.Input((4,))
    return tk.Model(inputs, tk.layers.Dense(3)(inputs))


def _in_wrapper(tk: Any) -> Any:
    return tk.layers.TimeDistributed(_nested_last(tk))


def _states(tk: Any) -> Any:
    def call(x: Any) -> Any:
        _, state = tk.layers.SimpleRNN(3, return_state=True)(x)
        return tk.layers.SimpleRNN(3)(x, initial_state=state)

    return call


def _attention(tk: Any) -> Any:
    layer = tk.layers.MultiHeadAttention(1, 2)
    return lambda x: layer(x, x)


def _pair(tk: Any) -> Any:
    layer = tk.layers.Attention()
    return lambda x: layer([x, x])


_add("nested_model", _nested, FLAT)
_add("model_in_layer", _in_wrapper, (2, 4))
_add("states_in_list", _states, STEPS)
_add("shapes_of_build", _attention, STEPS)
_add("score_mode", _pair, STEPS, None, _put("score_mode"))
_add("causal", _pair, STEPS, _put("score_mode", causal=True), _put("score_mode"))
_add("slash_in_name", lambda tk: tk.layers.Dense(3, name="a/b"), FLAT)

# Arguments.
_add("time_major", _lstm, STEPS, None, _TIME)
_add(
    "reset_after",
    lambda tk: tk.layers.GRU(3, reset_after=False),
    STEPS,
    _put("time_major", "reset_after"),
    _TIME,
)
_add(
    "groups_of_others",
    lambda tk: tk.layers.Conv2DTranspose(2, 3),
    IMAGE,
    None,
    _put("groups"),
)
_KERNEL = ("kernel_initializer", "kernel_regularizer", "kernel_constraint")
_add(
    "kernel_arguments",
    lambda tk: tk.layers.SeparableConv2D(2, 3),
    IMAGE,
    _put("groups"),
    _put("groups", *_KERNEL),
)
for _key, _value in (
    ("fused", True),
    ("virtual_batch_size", None),
    ("beta_init", "zero"),
):
    _add("batch_normalization_extras", _norm, IMAGE, _put(**{_key: _value}), _put())
_add(
    "batch_normalization_extras",
    _norm,
    IMAGE,
    _put(renorm=False, renorm_momentum=0.9),
    outcome=SAME,
)
_add("layer_normalization_axis", lambda tk: tk.layers.LayerNormalization([1, 2]), STEPS)
_add(
    "trainable_of_weightless",
    lambda tk: tk.layers.SpatialDropout1D(0.1),
    STEPS,
    _put("rng_type", "noise_shape"),
    _put("rng_type", "noise_shape", "trainable"),
)
_POLICY = {"class_name": "Policy", "config": {"name": "float32"}}
_add("dtype_policy", _dense, FLAT, _put(dtype=_POLICY), _put())
_add("dtype_policy", _dense, FLAT, _put(dtype="_infer"), _put())
_add(
    "dtype_policy",
    _dense,
    FLAT,
    _put(dtype={**_POLICY, "class_name": "DTypePolicy"}),
    outcome=SAME,
)
_add(
    "spatial_noise_shape",
    lambda tk: tk.layers.SpatialDropout1D(0.1),
    STEPS,
    _put("rng_type", "trainable", noise_shape=None),
    _put("rng_type", "trainable", "noise_shape"),
)
_add("random_type", lambda tk: tk.layers.RandomFlip(), IMAGE, None, _RNG)
_add(
    "dropout_seed",
    lambda tk: tk.layers.Dropout(0.1),
    FLAT,
    _put(rng_type="stateful"),
    _RNG,
)
_add(
    "noise_keys",
    lambda tk: tk.layers.GaussianNoise(0.1),
    FLAT,
    _put(rng_type="stateful"),
    _RNG,
)
_add("implementation", _lstm, STEPS, _put("time_major", consume_less="cpu"), _TIME)
_add("implementation", _lstm, STEPS, _put("time_major", input_dim=2), outcome=SAME)
_add("implementation_keys", _conv, IMAGE, _put(rank=2), _put())
_add("implementation_keys", _dense, FLAT, _put(input_dim=4), outcome=SAME)
_add(
    "silent_keys",
    lambda tk: tk.layers.Flatten(),
    IMAGE,
    _put(input_length=None),
    _put(),
)
_add("internal_keys", _dense, FLAT, _put(dynamic=False), _put())
_add(
    "cell_states",
    lambda tk: tk.layers.RNN(tk.layers.LSTMCell(3)),
    STEPS,
    _put("time_major", num_constants=None),
    _TIME,
)


def _inside(layer: Json) -> None:
    layer["config"]["layer"]["config"].pop("time_major")


def _with_constants(layer: Json) -> None:
    _inside(layer)
    layer["config"]["num_constants"] = None


_add(
    "bidirectional_keys",
    lambda tk: tk.layers.Bidirectional(_lstm(tk)),
    STEPS,
    _with_constants,
    _inside,
)
_add(
    "conv_lstm_keys",
    lambda tk: tk.layers.ConvLSTM1D(2, 2, recurrent_activation="sigmoid"),
    (3, 4, 2),
    _put("time_major", states=None),
    _TIME,
)
_add(
    "input_length",
    lambda tk: tk.layers.Embedding(9, 2),
    FLAT,
    _put(dropout=0.0),
    _put(),
)
_add(
    "input_length",
    lambda tk: tk.layers.Embedding(9, 2, input_length=4),
    FLAT,
    outcome=SAME,
)
_add(
    "scale_keys",
    lambda tk: tk.layers.Rescaling(2.0),
    FLAT,
    _put(rng_type="stateful"),
    _RNG,
)
_add(
    "array_argument",
    lambda tk: tk.layers.LeakyReLU(0.1),
    FLAT,
    _put(alpha={"type": "ndarray", "value": 0.1}),
    _put(),
)
_add(
    "scalar_arguments",
    lambda tk: tk.layers.ReLU(6.0),
    FLAT,
    _put(negative_slope=None),
    _put(),
)
_add(
    "scalar_arguments",
    lambda tk: tk.layers.ReLU(6.0),
    FLAT,
    _put(max_value=[6.0]),
    _put(),
)
_add(
    "num_tokens",
    lambda tk: tk.layers.CategoryEncoding(4),
    FLAT,
    _put("num_tokens", max_tokens=4),
    _put(),
)
_add(
    "bins",
    lambda tk: tk.layers.Discretization([0.5]),
    FLAT,
    _put("trainable", "bin_boundaries", bins=[0.5]),
    _put("trainable"),
)
_add(
    "lookup_keys",
    lambda tk: tk.layers.IntegerLookup(vocabulary=[1]),
    FLAT,
    _put("vocabulary_dtype", max_values=None),
    _put("vocabulary_dtype"),
)
_add("input_shape_on_layer", _dense, FLAT, _put(input_dtype="float32"), _put())
_add(
    "input_shape_on_layer",
    _dense,
    FLAT,
    _put(batch_input_shape=[None, 4]),
    outcome=SAME,
)
_add(
    "input_shape_on_layer",
    lambda tk: tk.layers.IntegerLookup(vocabulary=[1]),
    FLAT,
    _put("vocabulary_dtype", batch_input_shape=[None, 4]),
    _put("vocabulary_dtype"),
)

# What stands inside layers.
_add("activation_name", _dense, FLAT, _put(activation="softmax_v2"), _put())


def _initializer(cls: str, **config: Any) -> Edit:
    return _put(kernel_initializer={"class_name": cls, "config": config})


_add("versioned_initializer", _dense, FLAT, _initializer("GlorotUniformV2"), _put())
_add("initializer_dtype", _dense, FLAT, _initializer("Zeros", dtype="float32"), _put())
_add(
    "variance_scaling",
    _dense,
    FLAT,
    _initializer(
        "VarianceScaling", scale=2.0, mode="fan_in", distribution="normal", seed=None
    ),
    outcome=SAME,
)
_add(
    "one_penalty",
    _dense,
    FLAT,
    _put(kernel_regularizer={"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.1}}),
    outcome=SAME,
)
_add(
    "constraint_keys",
    _dense,
    FLAT,
    _put(kernel_constraint={"class_name": "MaxNorm", "config": {"m": 2, "axis": 0}}),
    _put(),
)

# Keras 1.
_add("dim_ordering", _conv, IMAGE, _put("data_format", dim_ordering="tf"), _put())
_add(
    "convolution_arguments", _conv, IMAGE, _put("padding", border_mode="valid"), _put()
)
_add("dense_arguments", _dense, FLAT, _put("units", output_dim=3), _put())
_add(
    "embedding_arguments",
    lambda tk: tk.layers.Embedding(9, 2),
    FLAT,
    _put(W_constraint=None),
    _put(),
)
_add("recurrent_arguments", _lstm, STEPS, _put("time_major", dropout_W=0.1), _TIME)
_add(
    "pooling_arguments",
    lambda tk: tk.layers.MaxPooling2D(),
    IMAGE,
    _put("padding", border_mode="valid"),
    _put(),
)
_add(
    "dropout_rate",
    lambda tk: tk.layers.Dropout(0.1),
    FLAT,
    _put("rng_type", "rate", p=0.1),
    _RNG,
)
_add(
    "other_arguments",
    lambda tk: tk.layers.GaussianNoise(0.1),
    FLAT,
    _put("rng_type", "stddev", sigma=0.1),
    _RNG,
)

# Compile settings.
_compile("loss_arguments", REFUSED, lambda tk: {"loss": tk.losses.MeanSquaredError()})
_compile("loss_name", REFUSED, lambda tk: {"loss": "mse"})
_compile("loss_name", REFUSED, lambda tk: {"loss": "logcosh"})
_compile(
    "loss_scaling",
    REFUSED,
    lambda tk: {
        "optimizer": tk.mixed_precision.LossScaleOptimizer(tk.optimizers.Adam())
    },
)


def _old_rate(settings: Json) -> None:
    config = settings["optimizer_config"]["config"]
    config["lr"] = config.pop("learning_rate")


_compile(
    "renamed_arguments",
    REFUSED,
    lambda tk: {"optimizer": tk.optimizers.legacy.SGD(0.5)},
    _old_rate,
)
_compile("custom_optimizer", OTHER, lambda tk: {"optimizer": tk.optimizers.Adam(0.5)})
_compile(
    "learning_rate",
    OTHER,
    lambda tk: {"optimizer": tk.optimizers.legacy.SGD(0.5, decay=0.1)},
)
_compile(
    "sample_weight_mode",
    OTHER,
    lambda tk: {"optimizer": tk.optimizers.legacy.SGD(0.5)},
    lambda settings: settings.update(sample_weight_mode="temporal"),
)


def _metric_function(settings: Json) -> None:
    config = {"name": "right", "dtype": "float32", "fn": "categorical_accuracy"}
    metric = {"class_name": "CategoricalAccuracy", "config": config}
    settings["metrics"] = [[metric]]


_compile(
    "metric_arguments",
    REFUSED,
    lambda tk: {"optimizer": tk.optimizers.legacy.SGD(0.5)},
    _metric_function,
)

# What is loaded as something else, or as well.
_add(
    "hard_sigmoid",
    lambda tk: tk.layers.Dense(3, activation="hard_sigmoid"),
    FLAT,
    outcome=OTHER,
)
_add(
    "crop_at_inference",
    lambda tk: tk.layers.RandomCrop(4, 4),
    IMAGE,
    _RNG,
    outcome=OTHER,
)
_add("one_axis", _norm, IMAGE, outcome=SAME)
_add(
    "interpolation",
    lambda tk: tk.layers.UpSampling2D(3, interpolation="area"),
    IMAGE,
    outcome=SAME,
)
_add("leaky_alpha", lambda tk: tk.layers.LeakyReLU(0.1), FLAT, outcome=SAME)
_add(
    "activity_keys",
    lambda tk: tk.layers.ActivityRegularization(0.1),
    FLAT,
    _put(activity_regularizer=None),
    _put(),
)


def _without_input(config: Json) -> None:
    """A Sequential as Keras before 2.3 wrote it."""
    config["layers"] = [x for x in config["layers"] if x["class_name"] != "InputLayer"]


def _built_later(config: Json) -> None:
    """A Sequential without an Input as TensorFlow 2.2 wrote it."""
    _without_input(config)
    del config["layers"][0]["config"]["batch_input_shape"]
    config["build_input_shape"] = [None, 4]


def _sequential(tk: Any) -> Any:
    return tk.Sequential([tk.layers.Dense(3, input_dim=4)])


def _images(tk: Any) -> Any:
    return tk.Sequential([tk.layers.Conv2D(2, 3, input_shape=(6, 6, 2))])


CASES += [
    Case("sequential_shape", OTHER, _sequential, whole=_without_input),
    Case("sequential_rank", REFUSED, _images, whole=_without_input),
    Case("sequential_input", SAME, _sequential, whole=_built_later),
]


# Masks. Of the ones that both predict on, all steps are masked.
def _merged_masks(tk: Any) -> Any:
    inputs = tk.Input(STEPS)
    merged = tk.layers.Add()([tk.layers.Masking(1.0)(inputs), inputs])
    return tk.Model(inputs, tk.layers.GlobalAveragePooling1D()(merged))


def _masks_of_steps(tk: Any) -> Any:
    inputs = tk.Input((4, *STEPS))
    masked = tk.layers.TimeDistributed(tk.layers.Masking(1.0))(inputs)
    pooled = tk.layers.TimeDistributed(tk.layers.GlobalAveragePooling1D())(masked)
    return tk.Model(inputs, pooled)


CASES.append(Case("mask_of_merge", OTHER, _merged_masks))
CASES.append(Case("masks_of_steps", OTHER, _masks_of_steps))
