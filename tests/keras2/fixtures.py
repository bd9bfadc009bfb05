"""Small models as Keras 2 knew them, each made by a function that is given tf_keras.

One for every row of what Keras 3 refuses, and for every kind of layer. `FIXTURES` has
them by name; run this file to write all of them into a folder:

    python -m tests.keras2.fixtures FOLDER
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Build = Callable[[Any], Any]
FIXTURES: dict[str, Build] = {}


def fixture(build: Build) -> Build:
    """Keep a builder under its name."""
    FIXTURES[build.__name__] = build
    return build


def _model(tk: Any, shape: Any, *layers: Any, **kwargs: Any) -> Any:
    """A straight Functional model over one input."""
    inputs = x = tk.Input(shape, **kwargs)
    for layer in layers:
        x = layer(x)
    return tk.Model(inputs, x)


# Whole networks, as people have them.


@fixture
def mnist_cnn(tk: Any) -> Any:
    layers = tk.layers
    model = tk.Sequential(
        [
            layers.Conv2D(8, (3, 3), activation="relu", input_shape=(28, 28, 1)),
            layers.MaxPooling2D((2, 2)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


@fixture
def dense_input_dim(tk: Any) -> Any:
    model = tk.Sequential(name="iris")
    model.add(tk.layers.Dense(8, input_dim=4, activation="relu"))
    model.add(tk.layers.Dense(3, activation="softmax"))
    return model


@fixture
def sequential_with_input(tk: Any) -> Any:
    return tk.Sequential(
        [
            tk.Input((5,), batch_size=2, name="given"),
            tk.layers.Dense(3),
            tk.layers.ReLU(),
        ]
    )


@fixture
def sequential_built_later(tk: Any) -> Any:
    model = tk.Sequential([tk.layers.Dense(4), tk.layers.Dense(2)])
    model.build((None, 6))
    return model


@fixture
def embedding_lstm(tk: Any) -> Any:
    layers = tk.layers
    model = tk.Sequential(
        [
            layers.Embedding(50, 8, input_length=12),
            layers.LSTM(6, dropout=0.2, recurrent_dropout=0.1),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.build((None, 12))
    model.compile(
        tk.optimizers.RMSprop(0.01), "binary_crossentropy", metrics=["AUC", "acc"]
    )
    return model


@fixture
def masked_bidirectional(tk: Any) -> Any:
    layers = tk.layers
    return tk.Sequential(
        [
            layers.Embedding(50, 8, mask_zero=True, input_length=9),
            layers.Bidirectional(layers.LSTM(5, return_sequences=True)),
            layers.Bidirectional(layers.GRU(4), merge_mode="sum", backward_layer=None),
            layers.Dense(2),
        ]
    )


@fixture
def bidirectional_backward(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (7, 3),
        layers.Bidirectional(
            layers.LSTM(4, return_sequences=True, name="ahead"),
            backward_layer=layers.GRU(
                4, return_sequences=True, go_backwards=True, name="back"
            ),
        ),
        layers.TimeDistributed(layers.Dense(2)),
    )


@fixture
def residual(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((16, 16, 3))
    x = layers.Conv2D(4, 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    y = layers.LeakyReLU(alpha=0.1)(x)
    y = layers.Conv2D(4, 3, padding="same")(y)
    x = layers.add([x, y])
    x = layers.Activation("relu")(x)
    x = layers.GlobalAveragePooling2D()(x)
    model = tk.Model(inputs, layers.Dense(2, activation="softmax")(x), name="resnet")
    model.compile(
        tk.optimizers.legacy.SGD(learning_rate=0.1, momentum=0.9, decay=1e-4),
        tk.losses.CategoricalCrossentropy(label_smoothing=0.1),
        metrics=[tk.metrics.TopKCategoricalAccuracy(k=2), "mse"],
    )
    return model


@fixture
def several_inputs_outputs(tk: Any) -> Any:
    layers = tk.layers
    text = tk.Input((None,), dtype="int32", name="text")
    extra = tk.Input((4,), name="extra")
    x = layers.Embedding(30, 6)(text)
    x = layers.Conv1D(5, 3, padding="causal", dilation_rate=2)(x)
    x = layers.GlobalMaxPooling1D()(x)
    x = layers.Concatenate()([x, extra])
    left = layers.Dense(1, activation="sigmoid", name="left")(x)
    right = layers.Dense(3, activation="softmax", name="right")(x)
    model = tk.Model([text, extra], [left, right])
    model.compile(
        tk.optimizers.Adam(),
        loss={"left": "binary_crossentropy", "right": "categorical_crossentropy"},
        loss_weights={"left": 0.3, "right": 1.0},
        metrics={"left": ["accuracy"], "right": [tk.metrics.CategoricalAccuracy()]},
    )
    return model


@fixture
def dict_inputs(tk: Any) -> Any:
    layers = tk.layers
    inputs = {"b": tk.Input((3,), name="b"), "a": tk.Input((2,), name="a")}
    x = layers.concatenate([inputs["a"], inputs["b"]])
    return tk.Model(
        inputs, {"one": layers.Dense(1)(x), "two": layers.Dense(2, name="two")(x)}
    )


@fixture
def shared_layers(tk: Any) -> Any:
    layers = tk.layers
    left, right = tk.Input((6,)), tk.Input((6,))
    shared = layers.Dense(4, activation="tanh", name="encoder")
    merged = layers.Dot(axes=1, normalize=True)([shared(left), shared(right)])
    return tk.Model([left, right], layers.Dense(1)(merged))


@fixture
def siamese_model(tk: Any) -> Any:
    layers = tk.layers
    base = tk.Sequential(
        [layers.Dense(4, input_shape=(6,), activation="relu"), layers.Dense(2)],
        name="base",
    )
    left, right = tk.Input((6,)), tk.Input((6,))
    gap = layers.subtract([base(left), base(right)])
    return tk.Model([left, right], layers.Dense(1)(gap))


@fixture
def nested_functional(tk: Any) -> Any:
    layers = tk.layers
    inner_in = tk.Input((8,))
    inner = tk.Model(
        inner_in,
        [
            layers.Dense(3, name="mean")(inner_in),
            layers.Dense(3, name="spread")(inner_in),
        ],
        name="inner",
    )
    inputs = tk.Input((8,))
    mean, spread = inner(inputs)
    both = layers.Multiply()([mean, spread])
    twice = inner(layers.Dense(8)(both))
    return tk.Model(inputs, [layers.Average()(twice), both])


@fixture
def nested_two_deep(tk: Any) -> Any:
    layers = tk.layers
    core = tk.Sequential([layers.Dense(3, input_shape=(4,))], name="core")
    middle_in = tk.Input((4,))
    middle = tk.Model(middle_in, layers.ReLU()(core(middle_in)), name="middle")
    return tk.Sequential(
        [tk.Input((4,)), middle, layers.Dense(2)], name="nested_two_deep"
    )


@fixture
def transfer(tk: Any) -> Any:
    layers = tk.layers
    base_in = tk.Input((12, 12, 3))
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(base_in)
    x = layers.BatchNormalization()(x)
    base = tk.Model(base_in, layers.ReLU(6.0)(x), name="base")
    base.trainable = False
    inputs = tk.Input((12, 12, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = base(x, training=False)
    x = layers.GlobalAveragePooling2D()(x)
    return tk.Model(inputs, layers.Dense(1)(layers.Dropout(0.2)(x)))


@fixture
def autoencoder_conv(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (8, 8, 1),
        layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"),
        layers.Conv2DTranspose(4, 3, strides=2, padding="same", activation="relu"),
        layers.UpSampling2D(2, interpolation="bilinear"),
        layers.Cropping2D(4),
        layers.ZeroPadding2D(((1, 0), (0, 1))),
        layers.Conv2D(1, 3, padding="same", activation="sigmoid"),
    )


@fixture
def unet(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((16, 16, 1))
    a = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    b = layers.MaxPooling2D()(a)
    b = layers.SeparableConv2D(6, 3, padding="same", activation="relu")(b)
    up = layers.UpSampling2D()(b)
    x = layers.concatenate([a, up], axis=3)
    return tk.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


@fixture
def seq2seq(tk: Any) -> Any:
    layers = tk.layers
    source = tk.Input((None, 5), name="source")
    target = tk.Input((None, 6), name="target")
    _, h, c = layers.LSTM(7, return_state=True, name="encoder")(source)
    decoder = layers.LSTM(7, return_sequences=True, return_state=True, name="decoder")
    x, _, _ = decoder(target, initial_state=[h, c])
    return tk.Model([source, target], layers.Dense(6, activation="softmax")(x))


@fixture
def gru_states(tk: Any) -> Any:
    layers = tk.layers
    source = tk.Input((5, 3))
    _, state = layers.GRU(4, return_state=True, reset_after=False)(source)
    x = layers.GRU(4, return_sequences=True)(source, initial_state=state)
    x, fh, fc, bh, bc = layers.Bidirectional(
        layers.LSTM(3, return_state=True, return_sequences=True)
    )(x)
    y = layers.Bidirectional(layers.LSTM(3))(x, initial_state=[fh, fc, bh, bc])
    return tk.Model(source, [y, layers.Add()([fh, bc])])


@fixture
def attention_dot(tk: Any) -> Any:
    layers = tk.layers
    query, value = tk.Input((4, 6)), tk.Input((5, 6))
    a = layers.Attention(use_scale=True, dropout=0.1)([query, value])
    b = layers.AdditiveAttention()([query, value, value])
    c, scores = layers.Attention(score_mode="concat")(
        [query, value], return_attention_scores=True
    )
    x = layers.Concatenate()([a, b, c])
    return tk.Model([query, value], [layers.Dense(2)(x), scores])


@fixture
def transformer(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((6, 8))
    x = layers.LayerNormalization(epsilon=1e-6)(inputs)
    attended, scores = layers.MultiHeadAttention(2, 4, dropout=0.1)(
        x, x, return_attention_scores=True
    )
    x = layers.Add()([attended, inputs])
    y = layers.LayerNormalization()(x)
    y = layers.Conv1D(16, 1, activation="gelu")(y)
    y = layers.Conv1D(8, 1)(y)
    x = layers.Add()([x, y])
    z = layers.MultiHeadAttention(2, 4)(query=x, value=inputs, key=inputs)
    z = layers.GlobalAveragePooling1D(data_format="channels_last")(z)
    return tk.Model(inputs, [layers.Dense(2)(z), scores])


@fixture
def causal_attention(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((6,), dtype="int32")
    x = layers.Embedding(20, 8, mask_zero=True)(inputs)
    x = layers.MultiHeadAttention(2, 4, value_dim=3, output_shape=8)(
        x, x, use_causal_mask=True
    )
    return tk.Model(inputs, layers.Dense(3)(x))


@fixture
def attention_mask_given(tk: Any) -> Any:
    layers = tk.layers
    inputs, mask = tk.Input((6, 8)), tk.Input((6, 6), dtype="bool", name="mask")
    x = layers.MultiHeadAttention(2, 4)(inputs, inputs, attention_mask=mask)
    return tk.Model([inputs, mask], x)


# Layers, one kind after another.


@fixture
def convolutions_1d(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (20, 4),
        layers.Conv1D(8, 3, groups=2),
        layers.SeparableConv1D(6, 3, depth_multiplier=2, depthwise_regularizer="l2"),
        layers.DepthwiseConv1D(3, depth_multiplier=2),
        layers.Conv1DTranspose(4, 3, strides=2),
        layers.MaxPooling1D(2),
        layers.AveragePooling1D(2, padding="same"),
        layers.UpSampling1D(2),
        layers.ZeroPadding1D((1, 2)),
        layers.Cropping1D(1),
        layers.SpatialDropout1D(0.2),
        layers.GlobalAveragePooling1D(keepdims=True),
    )


@fixture
def convolutions_3d(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (8, 8, 8, 2),
        layers.Conv3D(4, 3, padding="same"),
        layers.MaxPooling3D(2),
        layers.Conv3DTranspose(3, 2, strides=2),
        layers.AveragePooling3D(2),
        layers.UpSampling3D(2),
        layers.ZeroPadding3D(1),
        layers.Cropping3D(1),
        layers.SpatialDropout3D(0.1),
        layers.GlobalMaxPooling3D(),
    )


@fixture
def convolutions_2d(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (16, 16, 4),
        layers.SeparableConv2D(
            6, 3, dilation_rate=2, pointwise_initializer="he_normal"
        ),
        layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2, padding="same"),
        layers.Conv2DTranspose(4, 3, strides=2, output_padding=1, padding="same"),
        layers.Conv2D(8, (1, 3), strides=(1, 2), kernel_constraint="max_norm"),
        layers.AveragePooling2D((2, 1)),
        layers.SpatialDropout2D(0.3),
        layers.GlobalMaxPooling2D(keepdims=True),
        layers.Flatten(),
    )


@fixture
def old_defaults(tk: Any) -> Any:
    """What Keras before 2.4 made of layers that were given nothing."""
    layers = tk.layers
    return tk.Sequential(
        [
            layers.LSTM(
                5,
                recurrent_activation="hard_sigmoid",
                return_sequences=True,
                implementation=1,
                input_shape=(6, 3),
            ),
            layers.GRU(4, recurrent_activation="hard_sigmoid", reset_after=False),
            layers.Dense(3, activation="hard_sigmoid"),
            layers.Activation("hard_sigmoid"),
        ]
    )


@fixture
def recurrent_layers(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (6, 3),
        layers.SimpleRNN(5, return_sequences=True, activation="relu"),
        layers.GRU(4, return_sequences=True, implementation=1, unroll=True),
        layers.LSTM(
            4, return_sequences=True, go_backwards=True, unit_forget_bias=False
        ),
        layers.RNN(layers.LSTMCell(3), return_sequences=True),
        layers.RNN([layers.GRUCell(4), layers.LSTMCell(5)], return_sequences=True),
        layers.RNN(
            layers.StackedRNNCells([layers.SimpleRNNCell(3), layers.GRUCell(2)])
        ),
    )


@fixture
def time_major_lstm(tk: Any) -> Any:
    inputs = tk.Input((4, 3), batch_size=5)
    return tk.Model(
        inputs, tk.layers.LSTM(2, time_major=True, return_sequences=True)(inputs)
    )


@fixture
def stateful_lstm(tk: Any) -> Any:
    layers = tk.layers
    return tk.Sequential(
        [
            layers.LSTM(4, batch_input_shape=(2, 5, 3), stateful=True),
            layers.RepeatVector(3),
            layers.TimeDistributed(layers.Dense(1)),
        ]
    )


@fixture
def conv_lstm(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (3, 8, 8, 1),
        layers.ConvLSTM2D(4, 3, padding="same", return_sequences=True),
        layers.TimeDistributed(layers.MaxPooling2D(2)),
        layers.Bidirectional(layers.ConvLSTM2D(2, 3, padding="same")),
        layers.Flatten(),
    )


@fixture
def time_distributed_model(tk: Any) -> Any:
    layers = tk.layers
    frame_in = tk.Input((8, 8, 1))
    x = layers.Conv2D(3, 3)(frame_in)
    frame = tk.Model(frame_in, layers.GlobalAveragePooling2D()(x), name="frame")
    clip = tk.Sequential([layers.Dense(3, input_shape=(3,))], name="clip")
    return _model(
        tk,
        (4, 8, 8, 1),
        layers.TimeDistributed(frame),
        layers.TimeDistributed(clip),
        layers.LSTM(3),
    )


@fixture
def normalizations(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (6, 6, 4),
        layers.BatchNormalization(momentum=0.9, epsilon=1e-5, center=False),
        layers.LayerNormalization(axis=[1, 2, 3]),
        layers.GroupNormalization(groups=2),
        layers.UnitNormalization(),
        layers.BatchNormalization(axis=1, gamma_initializer="zeros"),
    )


@fixture
def activations(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (6,),
        layers.ReLU(max_value=6, negative_slope=0.1, threshold=0.5),
        layers.LeakyReLU(0.2),
        layers.PReLU(alpha_initializer=tk.initializers.Constant(0.25)),
        layers.ELU(0.7),
        layers.Softmax(axis=-1),
        layers.Activation("swish"),
        layers.Activation(tk.activations.gelu),
        layers.Activation("hard_sigmoid"),
        layers.Dense(3, activation="linear"),
        layers.Activation("selu"),
    )


@fixture
def thresholded_relu(tk: Any) -> Any:
    return _model(tk, (6,), tk.layers.Dense(4), tk.layers.ThresholdedReLU(theta=0.7))


@fixture
def noise(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (6,),
        layers.GaussianNoise(0.1),
        layers.GaussianDropout(0.2, seed=3),
        layers.AlphaDropout(0.1),
        layers.Dropout(0.5, noise_shape=(None, 1), seed=1),
        layers.ActivityRegularization(l1=0.01, l2=0.02),
        layers.Dense(2),
    )


@fixture
def shapes(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (12,),
        layers.Reshape((3, -1)),
        layers.Permute((2, 1)),
        layers.Masking(mask_value=0.5),
        layers.Identity(),
        layers.Flatten(data_format="channels_first"),
        layers.RepeatVector(2),
        layers.EinsumDense("abc,cd->abd", output_shape=(None, 5), bias_axes="d"),
    )


@fixture
def merges(tk: Any) -> Any:
    layers = tk.layers
    a, b = tk.Input((4,)), tk.Input((4,))
    merged = [
        merge()([a, b])
        for merge in (
            layers.Add,
            layers.Subtract,
            layers.Multiply,
            layers.Average,
            layers.Maximum,
            layers.Minimum,
        )
    ]
    x = layers.Concatenate(axis=1)(merged)
    return tk.Model([a, b], [x, layers.Dot(axes=(1, 1))([a, b])])


@fixture
def initializers(tk: Any) -> Any:
    layers, init = tk.layers, tk.initializers
    return _model(
        tk,
        (4,),
        layers.Dense(4, kernel_initializer=init.VarianceScaling(2.0, "fan_out")),
        layers.Dense(4, kernel_initializer=init.TruncatedNormal(stddev=0.02, seed=1)),
        layers.Dense(4, kernel_initializer=init.Orthogonal(1.1), use_bias=False),
        layers.Dense(4, kernel_initializer=init.RandomUniform(-0.1, 0.1)),
        layers.Dense(4, kernel_initializer="lecun_normal", bias_initializer="ones"),
        layers.Dense(4, kernel_initializer=init.Identity(0.5)),
        layers.Dense(
            4,
            kernel_regularizer=tk.regularizers.L1L2(0.01, 0.02),
            bias_regularizer="l1",
            activity_regularizer=tk.regularizers.l2(0.1),
            kernel_constraint=tk.constraints.MinMaxNorm(0.1, 2.0),
            bias_constraint=tk.constraints.NonNeg(),
        ),
        layers.Dense(2, kernel_regularizer=tk.regularizers.OrthogonalRegularizer(0.1)),
    )


@fixture
def mixed_precision(tk: Any) -> Any:
    policy = tk.mixed_precision.Policy("mixed_float16")
    layers = tk.layers
    return _model(
        tk,
        (6,),
        layers.Dense(4, dtype=policy),
        layers.BatchNormalization(dtype=policy),
        layers.Dense(2, dtype="float32"),
    )


@fixture
def float64_layers(tk: Any) -> Any:
    inputs = tk.Input((3,), dtype="float64")
    return tk.Model(inputs, tk.layers.Dense(2, dtype="float64")(inputs))


@fixture
def slash_names(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((4,), name="in/put")
    x = layers.Dense(3, name="block1/dense")(inputs)
    y = layers.Dense(3, name="block1_dense")(x)
    z = layers.Add(name="block1/add")([x, y])
    return tk.Model(inputs, z, name="with/slash")


@fixture
def augmentation(tk: Any) -> Any:
    layers = tk.layers
    return tk.Sequential(
        [
            layers.Rescaling(1.0 / 255, input_shape=(16, 16, 3)),
            layers.RandomFlip("horizontal", seed=1),
            layers.RandomRotation(0.1, fill_mode="nearest"),
            layers.RandomZoom((-0.1, 0.2)),
            layers.RandomTranslation(0.1, 0.2),
            layers.RandomContrast(0.2),
            layers.RandomBrightness(0.1, value_range=(0, 1)),
            layers.RandomCrop(12, 12),
            layers.Resizing(8, 8, crop_to_aspect_ratio=True),
            layers.CenterCrop(6, 6),
        ]
    )


@fixture
def random_height_width(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (8, 8, 3),
        layers.RandomHeight(0.2),
        layers.RandomWidth((0.1, 0.3), interpolation="nearest"),
        layers.Conv2D(2, 3),
    )


@fixture
def normalization_given(tk: Any) -> Any:
    return _model(
        tk,
        (3,),
        tk.layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0]),
        tk.layers.Dense(1),
    )


@fixture
def normalization_adapted(tk: Any) -> Any:
    import numpy as np

    layer = tk.layers.Normalization()
    layer.adapt(np.array([[1.0, 2.0], [3.0, 5.0]], "float32"))
    return _model(tk, (2,), layer, tk.layers.Dense(1))


@fixture
def text_vectorization(tk: Any) -> Any:
    layers = tk.layers
    vectorize = layers.TextVectorization(
        max_tokens=20, output_sequence_length=5, vocabulary=["the", "cat", "sat"]
    )
    return _model(
        tk,
        (1,),
        vectorize,
        layers.Embedding(20, 4),
        layers.GlobalAveragePooling1D(),
        dtype="string",
    )


@fixture
def adapted_lookups(tk: Any) -> Any:
    layers = tk.layers
    text = layers.TextVectorization(output_sequence_length=4)
    text.adapt(["the cat sat", "the dog"])
    kind = layers.StringLookup(output_mode="one_hot")
    kind.adapt(["red", "green", "red"])
    words = tk.Input((1,), dtype="string", name="words")
    kinds = tk.Input((1,), dtype="string", name="kinds")
    x = layers.GlobalAveragePooling1D()(layers.Embedding(10, 4)(text(words)))
    return tk.Model([words, kinds], layers.Concatenate()([x, kind(kinds)]))


@fixture
def lookups(tk: Any) -> Any:
    layers = tk.layers
    words = tk.Input((1,), dtype="string", name="words")
    numbers = tk.Input((1,), dtype="int64", name="numbers")
    values = tk.Input((1,), name="values")
    a = layers.StringLookup(vocabulary=["a", "b"], output_mode="one_hot")(words)
    b = layers.IntegerLookup(vocabulary=[3, 5, 7], output_mode="multi_hot")(numbers)
    c = layers.Discretization([0.0, 1.0])(values)
    c = layers.CategoryEncoding(3, output_mode="one_hot")(c)
    d = layers.Hashing(4, output_mode="one_hot")(words)
    x = layers.Concatenate()([a, b, c, d])
    return tk.Model([words, numbers, values], layers.Dense(1)(x))


@fixture
def crossing(tk: Any) -> Any:
    layers = tk.layers
    a = tk.Input((), dtype="string", name="a")
    b = tk.Input((), dtype="int32", name="b")
    crossed = layers.HashedCrossing(5, output_mode="one_hot")((a, b))
    return tk.Model([a, b], layers.Dense(1)(crossed))


@fixture
def locally_connected(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (6, 6, 2),
        layers.LocallyConnected2D(3, (3, 2), strides=(1, 2), activation="relu"),
        layers.Reshape((12, 3)),
        layers.LocallyConnected1D(2, 3, strides=2, use_bias=False),
    )


@fixture
def locally_connected_same(tk: Any) -> Any:
    layers = tk.layers
    return _model(
        tk,
        (6, 6, 2),
        layers.LocallyConnected2D(2, 3, padding="same", implementation=2),
        layers.LocallyConnected2D(2, 3, padding="same", implementation=3),
        layers.Reshape((36, 2)),
        layers.LocallyConnected1D(3, 3, padding="same", implementation=2),
    )


@fixture
def cudnn_layers(tk: Any) -> Any:
    layers = tk.compat.v1.keras.layers if hasattr(tk, "compat") else tk.layers
    cudnn_lstm = getattr(layers, "CuDNNLSTM", None)
    if cudnn_lstm is None:
        from tf_keras.src.layers.rnn.cudnn_gru import CuDNNGRU
        from tf_keras.src.layers.rnn.cudnn_lstm import CuDNNLSTM
    else:
        CuDNNLSTM, CuDNNGRU = cudnn_lstm, layers.CuDNNGRU  # noqa: N806
    return _model(
        tk,
        (5, 3),
        CuDNNLSTM(4, return_sequences=True),
        tk.layers.Bidirectional(CuDNNGRU(3, return_sequences=True)),
        CuDNNGRU(2),
    )


def without_cudnn(tk: Any, model: Any) -> Any:
    """Give `cudnn_layers` with plain layers of the same names, which run anywhere."""
    layers = tk.layers
    _, first, both, last = model.layers
    return _model(
        tk,
        (5, 3),
        layers.LSTM(4, return_sequences=True, name=first.name),
        layers.Bidirectional(layers.GRU(3, return_sequences=True), name=both.name),
        layers.GRU(2, name=last.name),
    )


@fixture
def lambda_layer(tk: Any) -> Any:
    return _model(
        tk,
        (4,),
        tk.layers.Lambda(lambda x: x * 2.0, name="double"),
        tk.layers.Lambda(lambda x, k: x + k, arguments={"k": 3}, output_shape=(4,)),
    )


# Raw TensorFlow calls.


@fixture
def operators(tk: Any) -> Any:
    a, b = tk.Input((4,)), tk.Input((4,))
    x = a + b * 2.0 - 1.0
    x = 3.0 / (x**2 + 1.0)
    x = -x
    return tk.Model([a, b], tk.layers.Dense(2)(x))


@fixture
def tensorflow_calls(tk: Any) -> Any:
    import tensorflow as tf

    inputs = tk.Input((4, 6))
    x = tf.nn.relu(inputs)
    x = tf.reshape(x, (-1, 6, 4))
    x = tf.transpose(x, [0, 2, 1])
    y = tf.concat([x, inputs], axis=-1)
    z = tf.reduce_mean(y, axis=1, keepdims=True)
    z = tf.squeeze(z, axis=[1])
    return tk.Model(inputs, [tk.layers.Dense(2)(z), tf.expand_dims(z, -1)])


@fixture
def slicing(tk: Any) -> Any:
    inputs = tk.Input((6, 8))
    x = inputs[:, 1:5:2, :3]
    y = inputs[..., -1]
    z = inputs[:, 0]
    return tk.Model(inputs, [tk.layers.Flatten()(x), y, z])


@fixture
def windowed_attention(tk: Any) -> Any:
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((4, 4, 6))
    shape = tf.shape(inputs)
    x = tf.reshape(inputs, (shape[0], 2, 2, 2, 2, 6))
    x = tf.transpose(x, (0, 1, 3, 2, 4, 5))
    x = tf.reshape(x, (-1, 4, 6))
    qkv = layers.Dense(18)(x)
    q, k, v = tf.split(qkv, 3, axis=-1)
    scores = tf.matmul(q, k, transpose_b=True) * (6**-0.5)
    x = tf.matmul(tf.nn.softmax(scores, axis=-1), v)
    x = tf.reshape(x, (-1, 16, 6))
    return tk.Model(inputs, layers.Dense(2)(x))


@fixture
def hard_swish(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((4, 4, 3))
    x = layers.Conv2D(4, 1)(inputs)
    x = x * layers.ReLU(6.0)(x + 3.0) * (1.0 / 6.0)
    return tk.Model(inputs, layers.GlobalAveragePooling2D()(x))


# Compile settings.


def _compiled(tk: Any, optimizer: Any, loss: Any, **settings: Any) -> Any:
    model = _model(tk, (3,), tk.layers.Dense(2, activation="softmax"))
    model.compile(optimizer, loss, **settings)
    return model


@fixture
def compile_schedule(tk: Any) -> Any:
    schedule = tk.optimizers.schedules.ExponentialDecay(0.1, 100, 0.9, staircase=True)
    return _compiled(
        tk,
        tk.optimizers.Adam(schedule, clipnorm=1.0, amsgrad=True),
        tk.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["sparse_categorical_accuracy"],
    )


@fixture
def compile_legacy_adam(tk: Any) -> Any:
    return _compiled(
        tk,
        tk.optimizers.legacy.Adam(learning_rate=0.01, decay=0.001),
        "mse",
        metrics=["mae", tk.metrics.MeanSquaredError(name="squares")],
        weighted_metrics=["accuracy"],
    )


@fixture
def compile_loss_scale(tk: Any) -> Any:
    return _compiled(
        tk,
        tk.mixed_precision.LossScaleOptimizer(tk.optimizers.AdamW(0.002)),
        tk.losses.Huber(delta=2.0),
    )


@fixture
def compile_functions(tk: Any) -> Any:
    return _compiled(
        tk,
        tk.optimizers.Nadam(0.001),
        tk.losses.binary_crossentropy,
        metrics=[tk.metrics.mean_absolute_error, tk.metrics.Precision(thresholds=0.3)],
    )


@fixture
def regularized_loss(tk: Any) -> Any:
    return _compiled(
        tk,
        tk.optimizers.Adagrad(),
        tk.losses.KLDivergence(reduction="sum"),
        metrics=[[tk.metrics.AUC(num_thresholds=50), "kullback_leibler_divergence"]],
        loss_weights=[0.5],
        steps_per_execution=4,
    )


def custom_layer(tk: Any) -> Any:
    """A model with a registered custom layer; kept apart, since it is a stand-in."""

    @tk.saving.register_keras_serializable("shop")
    class Scale(tk.layers.Layer):
        def __init__(self, factor: float = 1.0, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.factor = factor

        def call(self, inputs: Any) -> Any:
            return inputs * self.factor

        def get_config(self) -> dict[str, Any]:
            return {**super().get_config(), "factor": self.factor}

    return _model(tk, (3,), Scale(2.0, name="scale"), tk.layers.Dense(2))


def save(tk: Any, name: str, folder: Path) -> dict[str, Path]:
    """Write one fixture in all formats that tf_keras itself can save it in."""
    build = FIXTURES[name]
    tk.backend.clear_session()
    model = build(tk)
    paths = {}
    for ending in ("h5", "keras"):
        path = folder / f"{name}.{ending}"
        try:
            model.save(path)
        except Exception as error:
            print(f"{path.name}: tf_keras: {error}"[:300], file=sys.stderr)
            path.unlink(missing_ok=True)
        else:
            paths[ending] = path
    path = folder / f"{name}.json"
    path.write_text(model.to_json())
    paths["json"] = path
    return paths


if __name__ == "__main__":
    import tf_keras

    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    for key in sys.argv[2:] or FIXTURES:
        save(tf_keras, key, target)
