"""An instance of every layer that computes, called in a model.

Each entry takes a maker of inputs (`prove.Tensors`) and gives the outputs.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import initializers, layers, regularizers

from tests.coverage.prove import Tensors

Call = Callable[[Tensors], Any]


def _image(layer: Callable[[], Any]) -> Call:
    return lambda k: layer()(k.f(None, 8, 8, 3))


def _volume(layer: Callable[[], Any]) -> Call:
    return lambda k: layer()(k.f(None, 6, 6, 6, 2))


def _steps(layer: Callable[[], Any]) -> Call:
    return lambda k: layer()(k.f(None, 8, 3))


def _frames(rank: int, layer: Callable[[], Any]) -> Call:
    return lambda k: layer()(k.f(None, 4, *(6,) * rank, 2))


def _pair(layer: Callable[[], Any]) -> Call:
    return lambda k: layer()([k.f(None, 4), k.f(None, 4)])


_CORE: dict[str, Call] = {
    "Dense": _steps(
        lambda: layers.Dense(5, "gelu", False, kernel_regularizer=regularizers.L2(0.5))
    ),
    "EinsumDense": _steps(
        lambda: layers.EinsumDense("abc,cd->abd", (None, 5), "tanh", bias_axes="d")
    ),
    "Embedding": lambda k: layers.Embedding(
        11, 4, initializers.RandomUniform(-1, 1, seed=3), mask_zero=True
    )(k.i(None, 5)),
    "ReversibleEmbedding": lambda k: layers.ReversibleEmbedding(
        11, 4, tie_weights=False, logit_soft_cap=3.0
    )(k.i(None, 5)),
    "Identity": _steps(lambda: layers.Identity(dtype="float16")),
    "InputLayer": lambda k: k.f(2, 3, dtype="float16", name="given") + 1.0,
    "Lambda": _steps(lambda: layers.Lambda(keras.activations.gelu, name="activated")),
    "Masking": _steps(lambda: layers.Masking(-1.5)),
    "Activation": _steps(lambda: layers.Activation("silu")),
    "ELU": _steps(lambda: layers.ELU(alpha=0.5)),
    "LeakyReLU": _steps(lambda: layers.LeakyReLU(negative_slope=0.1)),
    "PReLU": _steps(lambda: layers.PReLU("ones", "l1", "non_neg", shared_axes=[1])),
    "ReLU": _steps(lambda: layers.ReLU(6.0, negative_slope=0.1, threshold=0.5)),
    "Softmax": _steps(lambda: layers.Softmax(axis=(1, 2))),
    "ActivityRegularization": _steps(lambda: layers.ActivityRegularization(0.1, 0.2)),
    "AlphaDropout": _steps(lambda: layers.AlphaDropout(0.3, noise_shape=(1, 8, 1))),
    "Dropout": _steps(lambda: layers.Dropout(0.3, noise_shape=(None, 1, 3), seed=3)),
    "GaussianDropout": _steps(lambda: layers.GaussianDropout(0.3, seed=3)),
    "GaussianNoise": _steps(lambda: layers.GaussianNoise(0.3, seed=3)),
    "SpatialDropout1D": _steps(lambda: layers.SpatialDropout1D(0.3, seed=3)),
    "SpatialDropout2D": _image(lambda: layers.SpatialDropout2D(0.3, "channels_first")),
    "SpatialDropout3D": _volume(lambda: layers.SpatialDropout3D(0.3, "channels_first")),
    "Flatten": _image(lambda: layers.Flatten(data_format="channels_first")),
    "Permute": _image(lambda: layers.Permute((3, 1, 2))),
    "RepeatVector": lambda k: layers.RepeatVector(3)(k.f(None, 4)),
    "Reshape": _steps(lambda: layers.Reshape((-1, 6))),
    "Cropping1D": _steps(lambda: layers.Cropping1D((1, 2))),
    "Cropping2D": _image(lambda: layers.Cropping2D(((1, 2), (0, 3)))),
    "Cropping3D": _volume(lambda: layers.Cropping3D((1, 2, 0))),
    "UpSampling1D": _steps(lambda: layers.UpSampling1D(3)),
    "UpSampling2D": _image(
        lambda: layers.UpSampling2D((2, 3), interpolation="bilinear")
    ),
    "UpSampling3D": _volume(lambda: layers.UpSampling3D((1, 2, 3))),
    "ZeroPadding1D": _steps(lambda: layers.ZeroPadding1D((0, 2))),
    "ZeroPadding2D": _image(lambda: layers.ZeroPadding2D(((1, 2), (0, 3)))),
    "ZeroPadding3D": _volume(lambda: layers.ZeroPadding3D((1, 2, 0))),
    "Add": _pair(layers.Add),
    "Average": _pair(layers.Average),
    "Concatenate": _pair(lambda: layers.Concatenate(axis=0)),
    "Dot": _pair(lambda: layers.Dot(axes=1, normalize=True)),
    "Maximum": _pair(layers.Maximum),
    "Minimum": _pair(layers.Minimum),
    "Multiply": _pair(lambda: layers.Multiply(dtype="float16")),
    "Subtract": _pair(layers.Subtract),
}

_NORMALIZATION: dict[str, Call] = {
    "BatchNormalization": _image(
        lambda: layers.BatchNormalization(1, 0.5, 0.1, center=False, scale=False)
    ),
    "GroupNormalization": _image(
        lambda: layers.GroupNormalization(3, epsilon=0.1, scale=False)
    ),
    "LayerNormalization": _image(
        lambda: layers.LayerNormalization([1, 2, 3], beta_initializer="ones")
    ),
    "RMSNormalization": _image(lambda: layers.RMSNormalization((1, -1), epsilon=0.1)),
    "SpectralNormalization": _steps(
        lambda: layers.SpectralNormalization(layers.Dense(5), power_iterations=2)
    ),
    "UnitNormalization": _image(lambda: layers.UnitNormalization(axis=[1, 2])),
}

_ATTENTION: dict[str, Call] = {
    "AdditiveAttention": lambda k: layers.AdditiveAttention(
        use_scale=False, dropout=0.1
    )([k.f(None, 5, 4), k.f(None, 6, 4)]),
    "Attention": lambda k: layers.Attention(True, "concat", seed=3)(
        [k.f(None, 5, 4), k.f(None, 6, 4)], use_causal_mask=True
    ),
    "GroupQueryAttention": lambda k: layers.GroupQueryAttention(
        4, num_query_heads=4, num_key_value_heads=2, use_gate=True
    )(k.f(None, 5, 4), k.f(None, 6, 4)),
    "MultiHeadAttention": lambda k: layers.MultiHeadAttention(
        2, key_dim=3, value_dim=5, dropout=0.1, output_shape=(7,), attention_axes=(1,)
    )(k.f(None, 5, 4), k.f(None, 6, 4), return_attention_scores=True),
}

_CONVOLUTION: dict[str, Call] = {
    "Conv1D": _steps(lambda: layers.Conv1D(4, 3, 2, "causal", dilation_rate=1)),
    "Conv2D": _image(lambda: layers.Conv2D(6, (3, 2), dilation_rate=(1, 2), groups=3)),
    "Conv3D": _volume(lambda: layers.Conv3D(4, (1, 2, 3), (1, 2, 1), use_bias=False)),
    "Conv1DTranspose": _steps(
        lambda: layers.Conv1DTranspose(4, 3, 2, "same", output_padding=1)
    ),
    "Conv2DTranspose": _image(
        lambda: layers.Conv2DTranspose(4, 3, 2, output_padding=(1, 0))
    ),
    "Conv3DTranspose": _volume(
        lambda: layers.Conv3DTranspose(4, (3, 3, 2), 2, output_padding=1)
    ),
    "DepthwiseConv1D": _steps(
        lambda: layers.DepthwiseConv1D(3, depth_multiplier=2, dilation_rate=2)
    ),
    "DepthwiseConv2D": _image(
        lambda: layers.DepthwiseConv2D((3, 2), 2, depthwise_regularizer="l1")
    ),
    "SeparableConv1D": _steps(
        lambda: layers.SeparableConv1D(4, 3, 2, pointwise_constraint="max_norm")
    ),
    "SeparableConv2D": _image(
        lambda: layers.SeparableConv2D(4, 3, padding="same", depth_multiplier=2)
    ),
}


def _pooling() -> dict[str, Call]:
    table: dict[str, Call] = {}
    for rank, wrap in ((1, _steps), (2, _image), (3, _volume)):
        for kind in ("Average", "Max"):
            name = f"{kind}Pooling{rank}D"
            table[name] = wrap(
                lambda n=name: getattr(layers, n)(2, strides=1, padding="same")
            )
            table[f"Global{name}"] = wrap(
                lambda n=name: getattr(layers, f"Global{n}")("channels_first", True)
            )
            table[f"Adaptive{name}"] = wrap(
                lambda n=name, r=rank: getattr(layers, f"Adaptive{n}")((2, 3, 1)[:r])
            )
    return table


def _recurrent() -> dict[str, Call]:
    table: dict[str, Call] = {
        "Bidirectional": _steps(
            lambda: layers.Bidirectional(
                layers.GRU(3), "sum", backward_layer=layers.LSTM(3, go_backwards=True)
            )
        ),
        "GRU": _steps(lambda: layers.GRU(3, reset_after=False, return_state=True)),
        "GRUCell": _steps(lambda: layers.RNN(layers.GRUCell(3, reset_after=False))),
        "LSTM": _steps(lambda: layers.LSTM(3, unit_forget_bias=False, unroll=True)),
        "LSTMCell": _steps(lambda: layers.RNN(layers.LSTMCell(3, "relu"), True, True)),
        "RNN": _steps(lambda: layers.RNN(layers.SimpleRNNCell(3), go_backwards=True)),
        "SimpleRNN": _steps(lambda: layers.SimpleRNN(3, "relu", recurrent_dropout=0.1)),
        "SimpleRNNCell": _steps(lambda: layers.RNN(layers.SimpleRNNCell(3, seed=3))),
        "StackedRNNCells": _steps(
            lambda: layers.RNN(
                layers.StackedRNNCells([layers.GRUCell(3), layers.LSTMCell(4)])
            )
        ),
        "TimeDistributed": _steps(
            lambda: layers.TimeDistributed(layers.Dense(5, "relu"))
        ),
    }
    for rank in (1, 2, 3):
        table[f"ConvLSTM{rank}D"] = _frames(
            rank,
            lambda r=rank: getattr(layers, f"ConvLSTM{r}D")(
                3, 2, padding="same", return_sequences=True, dropout=0.1
            ),
        )
    return table


LAYERS: dict[str, Call] = {
    **_CORE,
    **_NORMALIZATION,
    **_ATTENTION,
    **_CONVOLUTION,
    **_pooling(),
    **_recurrent(),
}
