"""Models with repeated parts, for the blocks style; each function builds one.

They vary what folding must see through: parts that only some blocks have, automatic
names, repeats that differ in one corner, branches, and tensors that are used far on.
"""

import keras
from keras import layers


def residual_variants() -> keras.Model:
    """Bottlenecks with and without a projection, in stages."""

    def block(x, filters, name, strides=1, projection=False):
        shortcut = x
        if projection:
            shortcut = layers.Conv2D(
                4 * filters, 1, strides=strides, name=f"{name}_0_conv"
            )(x)
            shortcut = layers.BatchNormalization(name=f"{name}_0_bn")(shortcut)
        x = layers.Conv2D(filters, 1, strides=strides, name=f"{name}_1_conv")(x)
        x = layers.BatchNormalization(name=f"{name}_1_bn")(x)
        x = layers.ReLU(name=f"{name}_1_relu")(x)
        x = layers.Conv2D(4 * filters, 3, padding="same", name=f"{name}_2_conv")(x)
        x = layers.BatchNormalization(name=f"{name}_2_bn")(x)
        x = layers.Add(name=f"{name}_add")([shortcut, x])
        return layers.ReLU(name=f"{name}_out")(x)

    inputs = keras.Input(shape=(32, 32, 3), name="image")
    x = layers.Conv2D(16, 3, padding="same", name="stem")(inputs)
    for stage, (filters, count) in enumerate([(4, 2), (8, 3), (16, 4)], 2):
        strides = 1 if stage == 2 else 2
        x = block(x, filters, f"stage{stage}_block1", strides, projection=True)
        for number in range(2, count + 1):
            x = block(x, filters, f"stage{stage}_block{number}")
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    outputs = layers.Dense(10, activation="softmax", name="label")(x)
    return keras.Model(inputs, outputs, name="residual_variants")


def automatic_names() -> keras.Model:
    """Convolution, normalisation and activation, all named by Keras."""
    inputs = keras.Input(shape=(32, 32, 3), name="image")
    x = inputs
    for filters in (8, 8, 16, 16, 32, 32):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        if filters != 8:
            x = layers.Dropout(filters / 100)(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(10)(x)
    return keras.Model(inputs, outputs, name="automatic_names")


def branches() -> keras.Model:
    """Blocks of parallel branches that are concatenated."""

    def conv(x, filters, size, name):
        x = layers.Conv2D(filters, size, padding="same", name=f"{name}_conv")(x)
        return layers.ReLU(name=f"{name}_relu")(x)

    inputs = keras.Input(shape=(16, 16, 3), name="image")
    x = inputs
    for number, (small, large) in enumerate([(4, 8), (6, 10), (8, 16)], 1):
        name = f"mixed{number}"
        branch_1 = conv(x, small, 1, f"{name}_a")
        branch_2 = conv(x, small, 1, f"{name}_b1")
        branch_2 = conv(branch_2, large, 3, f"{name}_b2")
        branch_3 = layers.MaxPooling2D(
            3, strides=1, padding="same", name=f"{name}_pool"
        )(x)
        branch_3 = conv(branch_3, small, 1, f"{name}_c")
        x = layers.Concatenate(name=f"{name}_join")([branch_1, branch_2, branch_3])
    x = layers.GlobalMaxPooling2D(name="pooled")(x)
    outputs = layers.Dense(3, name="label")(x)
    return keras.Model(inputs, outputs, name="branches")


def one_corner() -> keras.Model:
    """Equal blocks, but one has another activation, and one a dropout more."""
    inputs = keras.Input(shape=(64,), name="features")
    x = inputs
    for number in range(1, 7):
        x = layers.Dense(32, name=f"block{number}_dense")(x)
        x = layers.LayerNormalization(name=f"block{number}_norm")(x)
        function = "tanh" if number == 4 else "gelu"
        x = layers.Activation(function, name=f"block{number}_act")(x)
        if number == 5:
            x = layers.Dropout(0.5, name=f"block{number}_drop")(x)
        x = layers.Dense(32, use_bias=False, name=f"block{number}_out")(x)
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(inputs, outputs, name="one_corner")


def transformer() -> keras.Model:
    """Encoder blocks with shortcuts as `Add` layers."""
    inputs = keras.Input(shape=(24, 32), name="tokens")
    x = inputs
    for number in range(4):
        name = f"encoder_{number}"
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm_1")(x)
        y = layers.MultiHeadAttention(4, 8, name=f"{name}_attention")(y, y)
        x = layers.Add(name=f"{name}_add_1")([x, y])
        y = layers.LayerNormalization(epsilon=1e-6, name=f"{name}_norm_2")(x)
        y = layers.Dense(64, activation="gelu", name=f"{name}_hidden")(y)
        y = layers.Dense(32, name=f"{name}_out")(y)
        x = layers.Add(name=f"{name}_add_2")([x, y])
    x = layers.GlobalAveragePooling1D(name="pooled")(x)
    outputs = layers.Dense(2, name="label")(x)
    return keras.Model(inputs, outputs, name="transformer")


def shared_between() -> keras.Model:
    """Repeated runs with a layer between them that is called each time."""
    shared = layers.Dense(16, activation="relu", name="shared")
    inputs = keras.Input(shape=(16,), name="features")
    x = inputs
    taps = []
    for number in range(4):
        x = layers.Dense(16, name=f"step_{number}_in")(x)
        x = layers.LayerNormalization(name=f"step_{number}_norm")(x)
        x = layers.Dense(16, name=f"step_{number}_out")(x)
        x = shared(x)
        taps.append(x)
    joined = layers.Concatenate(name="joined")(taps)
    outputs = layers.Dense(1, name="score")(joined)
    return keras.Model(inputs, [outputs, x], name="shared_between")


def nothing_repeated() -> keras.Model:
    """A model that is written as in the functional style."""
    inputs = keras.Input(shape=(8,), name="features")
    x = layers.Dense(4, activation="relu", name="first")(inputs)
    x = layers.BatchNormalization(name="norm")(x)
    outputs = layers.Dense(1, activation="sigmoid", name="second")(x)
    return keras.Model(inputs, outputs, name="nothing_repeated")


def stochastic_depth() -> keras.Model:
    """Stages counted by letters, with rates that go up and a part for each stride."""
    total, count = 11, 0
    x = inputs = keras.Input(shape=(64, 64, 3), name="image")
    stages = [(8, 2, 1, 3), (16, 3, 2, 3), (24, 3, 2, 5), (32, 3, 2, 3)]
    for stage, (filters, repeats, strides, size) in enumerate(stages, 1):
        for number in range(repeats):
            name = f"block{stage}{chr(97 + number)}_"
            shortcut = x
            if number == 0 and strides == 2:
                x = layers.ZeroPadding2D(size // 2, name=f"{name}pad")(x)
            x = layers.DepthwiseConv2D(
                size,
                strides=strides if number == 0 else 1,
                padding="valid" if number == 0 and strides == 2 else "same",
                name=f"{name}dwconv",
            )(x)
            x = layers.LayerNormalization(name=f"{name}norm")(x)
            x = layers.Activation("silu", name=f"{name}act")(x)
            x = layers.Conv2D(filters, 1, name=f"{name}project")(x)
            if number:
                rate = 0.3 * count / total
                x = layers.Dropout(rate, name=f"{name}drop")(x)
                x = layers.Add(name=f"{name}add")([x, shortcut])
            count += 1
    x = layers.GlobalAveragePooling2D(name="pooled")(x)
    outputs = layers.Dense(5, name="label")(x)
    return keras.Model(inputs, outputs, name="stochastic_depth")


def rnn_stack() -> keras.Model:
    """Wrappers around layers that have names of their own."""
    x = inputs = keras.Input(shape=(20, 8), name="signal")
    for number, units in enumerate((32, 16, 16, 8)):
        layer = layers.LSTM(units, return_sequences=True, name=f"lstm_{number}")
        x = layers.Bidirectional(layer, name=f"both_{number}")(x)
        x = layers.LayerNormalization(name=f"norm_{number}")(x)
        x = layers.Dropout(0.2, name=f"drop_{number}")(x)
    outputs = layers.Dense(1, name="score")(x)
    return keras.Model(inputs, outputs, name="rnn_stack")


def gated_decoder() -> keras.Model:
    """A language model: causal attention, gates, operators."""
    inputs = keras.Input(shape=(16,), dtype="int32", name="tokens")
    x = layers.Embedding(100, 32, name="embedding")(inputs)
    for number in range(4):
        name = f"layer_{number}"
        y = layers.LayerNormalization(name=f"{name}_norm_1")(x)
        attention = layers.MultiHeadAttention(4, 8, name=f"{name}_attention")
        x = x + attention(y, y, use_causal_mask=True)
        y = layers.LayerNormalization(name=f"{name}_norm_2")(x)
        gate = layers.Dense(64, activation="silu", name=f"{name}_gate")(y)
        y = layers.Dense(64, name=f"{name}_up")(y)
        x = x + layers.Dense(32, name=f"{name}_down")(gate * y)
    x = layers.LayerNormalization(name="norm")(x)
    outputs = layers.Dense(100, name="logits")(x)
    return keras.Model(inputs, outputs, name="gated_decoder")


def skips() -> keras.Model:
    """Dilated convolutions whose side outputs are added up at the end."""
    inputs = keras.Input(shape=(100, 8), name="signal")
    x = layers.Conv1D(16, 1, name="stem")(inputs)
    sides = []
    for stack in range(2):
        for number in range(4):
            name = f"stack{stack}_layer{number}"
            settings = {"padding": "causal", "dilation_rate": 2**number}
            filtered = layers.Conv1D(16, 2, **settings, name=f"{name}_filter")(x)
            gate = layers.Conv1D(
                16, 2, **settings, activation="sigmoid", name=f"{name}_gate"
            )(x)
            y = layers.Multiply(name=f"{name}_gated")([filtered, gate])
            sides.append(layers.Conv1D(16, 1, name=f"{name}_skip")(y))
            y = layers.Conv1D(16, 1, name=f"{name}_res")(y)
            x = layers.Add(name=f"{name}_add")([x, y])
    x = layers.Add(name="skips")(sides)
    outputs = layers.Conv1D(1, 1, name="out")(layers.ReLU(name="relu")(x))
    return keras.Model(inputs, outputs, name="skips")


CASES = {
    "automatic_names": automatic_names,
    "branches": branches,
    "gated_decoder": gated_decoder,
    "nothing_repeated": nothing_repeated,
    "one_corner": one_corner,
    "residual_variants": residual_variants,
    "rnn_stack": rnn_stack,
    "shared_between": shared_between,
    "skips": skips,
    "stochastic_depth": stochastic_depth,
    "transformer": transformer,
}
