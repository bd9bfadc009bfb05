"""Models whose blocks are layers in ways of their own; each function builds one."""

import keras
from keras import layers, ops


def inverted_residuals() -> keras.Model:
    """Squeeze-and-excite blocks inside of inverted residuals."""

    def squeeze_excite(x, filters, name):
        scale = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_pool")(x)
        scale = layers.Conv2D(filters // 4, 1, name=f"{name}_reduce")(scale)
        scale = layers.ReLU(name=f"{name}_relu")(scale)
        scale = layers.Conv2D(filters, 1, name=f"{name}_expand")(scale)
        scale = layers.Activation("hard_sigmoid", name=f"{name}_gate")(scale)
        return layers.Multiply(name=f"{name}_scale")([x, scale])

    inputs = keras.Input(shape=(32, 32, 8), name="image")
    x = squeeze_excite(inputs, 8, "stem_se")
    for number, (filters, strides) in enumerate([(16, 2), (16, 1), (24, 2), (24, 1)]):
        name = f"block{number}"
        shortcut = x
        y = layers.Conv2D(4 * filters, 1, use_bias=False, name=f"{name}_expand")(x)
        y = layers.BatchNormalization(name=f"{name}_expand_bn")(y)
        y = layers.ReLU(6.0, name=f"{name}_expand_relu")(y)
        y = layers.DepthwiseConv2D(
            3, strides=strides, padding="same", name=f"{name}_depthwise"
        )(y)
        y = squeeze_excite(y, 4 * filters, f"{name}_se")
        y = layers.Conv2D(filters, 1, use_bias=False, name=f"{name}_project")(y)
        x = layers.BatchNormalization(name=f"{name}_project_bn")(y)
        if strides == 1:
            x = layers.Add(name=f"{name}_add")([shortcut, x])
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    outputs = layers.Dense(5, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="inverted_residuals")


def several_tensors() -> keras.Model:
    """A U-Net: blocks that give two tensors, blocks that take two."""
    inputs = keras.Input(shape=(None, None, 1), name="scan")
    x = inputs
    skips = []
    for level, filters in enumerate([4, 8, 12, 16], 1):
        name = f"encoder{level}"
        x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv")(x)
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D(name=f"{name}_pool")(x)
        x = layers.SpatialDropout2D(0.1, name=f"{name}_drop")(x)
    for level, filters in zip([4, 3, 2, 1], [16, 12, 8, 4], strict=True):
        name = f"decoder{level}"
        x = layers.UpSampling2D(name=f"{name}_up")(x)
        x = layers.Concatenate(name=f"{name}_join")([x, skips[level - 1]])
        x = layers.Conv2D(filters, 3, padding="same", name=f"{name}_conv")(x)
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
    outputs = layers.Conv2D(2, 1, activation="softmax", name="mask")(x)
    return keras.Model(inputs, outputs, name="several_tensors")


def masked_blocks() -> keras.Model:
    """Blocks between which a mask is handed on; they stay functions."""
    inputs = keras.Input(shape=(12,), dtype="int32", name="tokens")
    x = layers.Embedding(50, 16, mask_zero=True, name="embedding")(inputs)
    for number in range(3):
        name = f"encoder_{number}"
        y = layers.MultiHeadAttention(2, 8, name=f"{name}_attention")(x, x)
        x = layers.Add(name=f"{name}_add_1")([x, y])
        x = layers.LayerNormalization(name=f"{name}_norm_1")(x)
        y = layers.Dense(32, activation="relu", name=f"{name}_hidden")(x)
        y = layers.Dense(16, name=f"{name}_out")(y)
        x = layers.Add(name=f"{name}_add_2")([x, y])
        x = layers.LayerNormalization(name=f"{name}_norm_2")(x)
    x = layers.GlobalAveragePooling1D(name="pooled")(x)
    return keras.Model(inputs, layers.Dense(1, name="score")(x), name="masked_blocks")


def mixed_blocks() -> keras.Model:
    """Blocks that compute in half precision, with ops on what comes from outside."""
    policy = "mixed_float16"
    inputs = keras.Input(shape=(16, 16, 8), name="image")
    x = layers.Conv2D(8, 3, padding="same", dtype=policy, name="stem")(inputs)
    for number in range(3):
        name = f"block{number}"
        y = layers.Conv2D(8, 3, padding="same", dtype=policy, name=f"{name}_conv")(x)
        y = layers.BatchNormalization(dtype=policy, name=f"{name}_norm")(y)
        y = layers.Activation("relu", dtype=policy, name=f"{name}_act")(y)
        x = x + 0.5 * y
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    return keras.Model(inputs, layers.Dense(3, name="label")(x), name="mixed_blocks")


def frozen_blocks() -> keras.Model:
    """The first blocks are frozen, which no slice of `model.layers` can say."""
    inputs = keras.Input(shape=(20,), name="features")
    x = inputs
    for number in range(6):
        free = number > 2
        name = f"step{number}"
        x = layers.Dense(20, trainable=free, name=f"{name}_dense")(x)
        x = layers.BatchNormalization(trainable=free, name=f"{name}_norm")(x)
        x = layers.Activation("relu", trainable=free, name=f"{name}_act")(x)
        x = layers.Dropout(0.2, trainable=free, name=f"{name}_drop")(x)
    return keras.Model(inputs, layers.Dense(1, name="score")(x), name="frozen_blocks")


def integer_inputs() -> keras.Model:
    """Blocks that are given integers, each by an input of its own."""
    inputs, towers = [], []
    for name, size in [("city", 40), ("device", 9), ("shop", 25)]:
        given = keras.Input(shape=(4,), dtype="int32", name=name)
        x = layers.Embedding(size, 8, name=f"{name}_embedding")(given)
        x = layers.Flatten(name=f"{name}_flat")(x)
        x = layers.Dense(size, activation="relu", name=f"{name}_hidden")(x)
        x = layers.LayerNormalization(name=f"{name}_norm")(x)
        x = layers.Dropout(0.2, name=f"{name}_drop")(x)
        x = layers.Dense(8, activation="relu", name=f"{name}_dense")(x)
        inputs.append(given)
        towers.append(x)
    x = layers.Concatenate(name="joined")(towers)
    return keras.Model(inputs, layers.Dense(1, name="score")(x), name="integer_inputs")


def reshaping_ops() -> keras.Model:
    """Blocks of ops that move dimensions, with sizes that differ."""
    inputs = keras.Input(shape=(8, 8, 12), name="image")
    x = inputs
    for number, filters in enumerate([12, 18, 24], 1):
        name = f"mix{number}"
        x = layers.Conv2D(filters, 1, name=f"{name}_in")(x)
        y = ops.reshape(x, (-1, 64, filters))
        y = ops.transpose(y, (0, 2, 1))
        y = layers.Dense(64, name=f"{name}_tokens")(y)
        y = ops.transpose(y, (0, 2, 1))
        y = ops.reshape(y, (-1, 8, 8, filters))
        x = layers.LayerNormalization(name=f"{name}_norm")(x + y)
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    return keras.Model(inputs, layers.Dense(2, name="label")(x), name="reshaping_ops")


def unnamed_blocks() -> keras.Model:
    """Blocks of layers that Keras named."""
    inputs = keras.Input(shape=(24,), name="features")
    x = inputs
    for units in (24, 24, 24, 24):
        y = layers.LayerNormalization()(x)
        y = layers.Dense(2 * units, activation="gelu")(y)
        y = layers.Dropout(0.1)(y)
        y = layers.Dense(units)(y)
        x = layers.Add()([x, y])
    return keras.Model(inputs, layers.Dense(1, name="score")(x), name="unnamed_blocks")


def compiled_blocks() -> keras.Model:
    """Blocks in a model that is compiled, with two outputs behind them."""
    inputs = keras.Input(shape=(10, 6), name="series")
    x = inputs
    for number in range(3):
        name = f"level{number}"
        x = layers.Conv1D(6, 3, padding="causal", name=f"{name}_conv")(x)
        x = layers.GroupNormalization(3, name=f"{name}_norm")(x)
        x = layers.Activation("swish", name=f"{name}_act")(x)
        x = layers.GaussianNoise(0.1, name=f"{name}_noise")(x)
    last = layers.LSTM(5, name="last")(x)
    outputs = [layers.Dense(1, name="value")(last), x]
    model = keras.Model(inputs, outputs, name="compiled_blocks")
    model.compile(keras.optimizers.Adam(0.01), loss=["mse", "mae"])
    return model


CASES = {
    "compiled_blocks": compiled_blocks,
    "frozen_blocks": frozen_blocks,
    "integer_inputs": integer_inputs,
    "inverted_residuals": inverted_residuals,
    "masked_blocks": masked_blocks,
    "mixed_blocks": mixed_blocks,
    "reshaping_ops": reshaping_ops,
    "several_tensors": several_tensors,
    "unnamed_blocks": unnamed_blocks,
}
