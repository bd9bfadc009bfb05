"""Networks for image classification."""

from __future__ import annotations

from typing import Any

from tests.keras2.networks import network


@network
def swin_transformer(tk: Any) -> Any:
    """Shifted windows with raw reshape, transpose, roll, and a mask of constants."""
    import numpy as np
    import tensorflow as tf

    layers = tk.layers
    dim, heads, window, side = 8, 2, 2, 4

    def partition(x: Any) -> Any:
        _, height, width, channels = x.shape
        x = tf.reshape(
            x,
            (-1, height // window, window, width // window, window, channels),
        )
        x = tf.transpose(x, (0, 1, 3, 2, 4, 5))
        return tf.reshape(x, (-1, window * window, channels))

    def reverse(x: Any) -> Any:
        x = tf.reshape(
            x, (-1, side // window, side // window, window, window, x.shape[-1])
        )
        return tf.reshape(tf.transpose(x, [0, 1, 3, 2, 4, 5]), (-1, side, side, dim))

    def attention(x: Any, mask: Any) -> Any:
        size = window * window
        qkv = layers.Dense(dim * 3, use_bias=True)(x)
        qkv = tf.reshape(qkv, (-1, size, 3, heads, dim // heads))
        qkv = tf.transpose(qkv, perm=(2, 0, 3, 1, 4))
        q, k, v = qkv[0], qkv[1], qkv[2]
        q = q * (dim // heads) ** -0.5
        scores = q @ tf.transpose(k, perm=(0, 1, 3, 2))
        if mask is not None:
            count = mask.shape[0]
            scores = tf.reshape(scores, (-1, count, heads, size, size))
            scores = scores + tf.constant(mask[None, :, None], tf.float32)
            scores = tf.reshape(scores, (-1, heads, size, size))
        scores = tf.nn.softmax(scores, axis=-1)
        x = tf.transpose(scores @ v, perm=(0, 2, 1, 3))
        x = tf.reshape(x, (-1, size, dim))
        return layers.Dropout(0.1)(layers.Dense(dim)(x))

    def block(x: Any, shift: int) -> Any:
        shortcut = x
        x = layers.LayerNormalization(epsilon=1e-5)(x)
        x = tf.reshape(x, (-1, side, side, dim))
        mask = None
        if shift:
            x = tf.roll(x, shift=[-shift, -shift], axis=[1, 2])
            kinds = np.arange(4).repeat(4).reshape(4, 4, 1)
            mask = np.where(kinds == kinds.transpose(0, 2, 1), 0.0, -100.0)
        x = reverse(attention(partition(x), mask))
        if shift:
            x = tf.roll(x, shift=[shift, shift], axis=[1, 2])
        x = tf.reshape(x, (-1, side * side, dim))
        x = shortcut + x
        y = layers.LayerNormalization(epsilon=1e-5)(x)
        y = layers.Dense(16)(y)
        y = tk.activations.gelu(y)
        y = layers.Dense(dim)(y)
        return x + y

    inputs = tk.Input((8, 8, 3))
    x = layers.Conv2D(dim, 2, 2)(inputs)
    x = layers.Reshape((side * side, dim))(x)
    x = block(block(x, 0), 1)
    x = tf.reshape(x, (-1, side, side, dim))
    x = tf.concat(
        [
            x[:, 0::2, 0::2, :],
            x[:, 1::2, 0::2, :],
            x[:, 0::2, 1::2, :],
            x[:, 1::2, 1::2, :],
        ],
        axis=-1,
    )
    x = tf.reshape(x, (-1, (side // 2) * (side // 2), 4 * dim))
    x = layers.Dense(2 * dim, use_bias=False)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return tk.Model(inputs, layers.Dense(3, activation="softmax")(x), name="swin")


@network
def vision_transformer(tk: Any) -> Any:
    """Patches by `extract_patches`, positions by `tf.range` and an Embedding."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((8, 8, 3))
    patches = tf.image.extract_patches(
        images=inputs,
        sizes=[1, 4, 4, 1],
        strides=[1, 4, 4, 1],
        rates=[1, 1, 1, 1],
        padding="VALID",
    )
    dims = patches.shape[-1]
    patches = tf.reshape(patches, [tf.shape(patches)[0], -1, dims])
    positions = tf.range(start=0, limit=4, delta=1)
    x = layers.Dense(6)(patches) + layers.Embedding(4, 6)(positions)
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.MultiHeadAttention(num_heads=2, key_dim=3, dropout=0.1)(y, y)
        x2 = layers.Add()([y, x])
        z = layers.LayerNormalization(epsilon=1e-6)(x2)
        for units in (12, 6):
            z = layers.Dense(units, activation=tf.nn.gelu)(z)
            z = layers.Dropout(0.1)(z)
        x = layers.Add()([z, x2])
    x = layers.LayerNormalization(epsilon=1e-6)(x)
    x = layers.Flatten()(x)
    model = tk.Model(inputs=inputs, outputs=layers.Dense(5)(x))
    model.compile(
        tk.optimizers.AdamW(learning_rate=0.001, weight_decay=0.0001),
        tk.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[
            tk.metrics.SparseCategoricalAccuracy(name="accuracy"),
            tk.metrics.SparseTopKCategoricalAccuracy(5, name="top-5-accuracy"),
        ],
    )
    return model


@network
def vit_class_token(tk: Any) -> Any:
    """A class token broadcast to the batch, by way of zeros like the input."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((8, 8, 3), name="image")
    x = layers.Conv2D(6, 4, strides=4, name="embedding")(inputs)
    x = layers.Reshape((-1, 6))(x)
    token = layers.Dense(6, name="token")(tf.zeros_like(x[:, :1]))
    x = tf.concat([token, x], axis=1)
    y = layers.LayerNormalization()(x)
    query, key, value = (layers.Dense(6, name=n)(y) for n in ("q", "k", "v"))

    def split(t: Any) -> Any:
        batch = tf.shape(t)[0]
        return tf.transpose(tf.reshape(t, (batch, -1, 2, 3)), perm=[0, 2, 1, 3])

    score = tf.matmul(split(query), split(key), transpose_b=True)
    score = score / tf.math.sqrt(tf.cast(tf.shape(split(key))[-1], tf.float32))
    y = tf.matmul(tf.nn.softmax(score, axis=-1), split(value))
    y = tf.transpose(y, perm=[0, 2, 1, 3])
    y = tf.reshape(y, (tf.shape(x)[0], -1, 6))
    x = x + layers.Dense(6)(y)
    return tk.Model(inputs, layers.Dense(4, name="head")(x[:, 0]), name="vit")


@network
def mlp_mixer(tk: Any) -> Any:
    layers = tk.layers

    def mix(x: Any, hidden: int) -> Any:
        width = x.shape[-1]
        x = layers.Dense(hidden, activation="gelu")(x)
        return layers.Dropout(0.1)(layers.Dense(width)(x))

    inputs = tk.Input((8, 8, 3))
    x = layers.Conv2D(6, 4, 4, padding="valid")(inputs)
    x = layers.Reshape((x.shape[1] * x.shape[2], 6))(x)
    for _ in range(2):
        y = layers.LayerNormalization(epsilon=1e-6)(x)
        y = layers.Permute((2, 1))(y)
        y = layers.Permute((2, 1))(mix(y, 5))
        x = layers.Add()([x, y])
        x = x + mix(layers.LayerNormalization()(x), 7)
    return tk.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))


@network
def gated_mlp(tk: Any) -> Any:
    """gMLP: a spatial gate by split, transpose and product."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((6, 4))
    x = inputs
    for index in range(2):
        y = layers.LayerNormalization(name=f"norm_{index}")(x)
        y = layers.Dense(16, activation=tf.nn.gelu)(y)
        u, v = tf.split(y, num_or_size_splits=2, axis=2)
        v = layers.LayerNormalization(epsilon=1e-6)(v)
        v = tf.linalg.matrix_transpose(v)
        v = layers.Dense(6, bias_initializer="Ones")(v)
        v = tf.linalg.matrix_transpose(v)
        x = x + layers.Dense(4)(u * v)
    return tk.Model(inputs, layers.Dense(2)(tf.reduce_mean(x, axis=1)))


@network
def conv_mixer(tk: Any) -> Any:
    import tensorflow as tf

    layers = tk.layers

    def stem(x: Any) -> Any:
        return layers.BatchNormalization()(layers.Activation(tf.nn.gelu)(x))

    inputs = tk.Input((8, 8, 3))
    x = layers.Rescaling(scale=1.0 / 255)(inputs)
    x = stem(layers.Conv2D(6, kernel_size=2, strides=2)(x))
    for _ in range(2):
        y = layers.DepthwiseConv2D(kernel_size=5, padding="same")(x)
        x = layers.Add()([stem(y), x])
        x = stem(layers.Conv2D(6, kernel_size=1)(x))
    return tk.Model(inputs, layers.Dense(3)(layers.GlobalAvgPool2D()(x)))


@network
def mobile_vit(tk: Any) -> Any:
    """Patches unfolded and folded with Reshape, swish and attention between them."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, 2, padding="same", activation=tf.nn.swish)(inputs)
    y = layers.Conv2D(16, 1, use_bias=False)(x)
    y = tf.nn.swish(layers.BatchNormalization()(y))
    y = layers.ZeroPadding2D(((1, 1), (1, 1)))(y)
    y = layers.DepthwiseConv2D(3, strides=1, padding="valid", use_bias=False)(y)
    y = tf.nn.swish(layers.BatchNormalization()(y))
    y = layers.BatchNormalization()(layers.Conv2D(4, 1, use_bias=False)(y))
    x = layers.Add()([y, x])
    local = layers.Conv2D(6, 1, activation="swish")(x)
    unfolded = layers.Reshape((4, 4, 6))(local)
    z = layers.LayerNormalization(epsilon=1e-6)(unfolded)
    z = layers.MultiHeadAttention(num_heads=2, key_dim=6, dropout=0.1)(z, z)
    z = layers.Add()([z, unfolded])
    folded = layers.Reshape((*local.shape[1:-1], 6))(z)
    x = layers.Concatenate(axis=-1)([x, folded])
    x = layers.Conv2D(5, 3, padding="same", activation="swish")(x)
    return tk.Model(inputs, layers.Dense(3)(layers.GlobalAvgPool2D()(x)))


@network
def efficientnet_like(tk: Any) -> Any:
    """MBConv blocks: squeeze and excite by `tf.reduce_mean`, swish as product."""
    import tensorflow as tf

    layers = tk.layers
    init = {
        "class_name": "VarianceScaling",
        "config": {"scale": 2.0, "mode": "fan_out", "distribution": "truncated_normal"},
    }

    def swish(x: Any) -> Any:
        return x * tf.nn.sigmoid(x)

    inputs = tk.Input((9, 9, 3), name="input_1")
    x = layers.ZeroPadding2D(((0, 1), (0, 1)), name="stem_conv_pad")(inputs)
    x = layers.Conv2D(4, 3, 2, use_bias=False, kernel_initializer=init)(x)
    x = swish(layers.BatchNormalization(axis=-1, name="stem_bn")(x))
    for index in range(2):
        name = f"block{index + 1}a_"
        y = layers.Conv2D(8, 1, use_bias=False, name=f"{name}expand_conv")(x)
        y = layers.BatchNormalization(name=f"{name}expand_bn")(y)
        y = swish(y)
        y = layers.DepthwiseConv2D(
            3,
            padding="same",
            use_bias=False,
            depthwise_initializer=init,
            name=f"{name}dwconv",
        )(y)
        y = swish(layers.BatchNormalization(name=f"{name}bn")(y))
        se = tf.reduce_mean(y, axis=[1, 2], keepdims=True)
        se = layers.Conv2D(2, 1, activation=swish_named(tk), name=f"{name}reduce")(se)
        se = layers.Conv2D(8, 1, activation="sigmoid", name=f"{name}se_expand")(se)
        y = layers.multiply([y, se], name=f"{name}se_excite")
        y = layers.Conv2D(4, 1, use_bias=False, name=f"{name}project_conv")(y)
        y = layers.BatchNormalization(name=f"{name}project_bn")(y)
        y = layers.Dropout(0.2, noise_shape=(None, 1, 1, 1), name=f"{name}drop")(y)
        x = layers.add([y, x], name=f"{name}add")
    x = layers.GlobalAveragePooling2D(name="avg_pool")(x)
    dense = {
        "class_name": "VarianceScaling",
        "config": {"scale": 1.0 / 3.0, "mode": "fan_out", "distribution": "uniform"},
    }
    x = layers.Dense(3, activation="softmax", kernel_initializer=dense)(x)
    return tk.Model(inputs, x, name="efficientnet")


def swish_named(tk: Any) -> Any:
    """The function that `activation="swish"` names."""
    return tk.activations.swish


@network
def shuffle_net(tk: Any) -> Any:
    """Channels shuffled by reshape and transpose; split by slices."""
    import tensorflow as tf

    layers = tk.layers
    backend = tk.backend

    def shuffle(x: Any, groups: int = 2) -> Any:
        height, width, channels = x.shape.as_list()[1:]
        x = backend.reshape(x, [-1, height, width, groups, channels // groups])
        x = backend.permute_dimensions(x, (0, 1, 2, 4, 3))
        return backend.reshape(x, [-1, height, width, channels])

    inputs = tk.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(inputs)
    for _ in range(2):
        left, right = tf.split(x, 2, axis=3)
        right = layers.Conv2D(4, 1, activation=tf.nn.relu)(right)
        right = layers.DepthwiseConv2D(3, padding="same")(right)
        right = layers.BatchNormalization(fused=True)(right)
        x = shuffle(tf.concat([left, right], axis=-1))
    half = x.shape[3] // 2
    x = layers.concatenate([x[:, :, :, half:], x[:, :, :, :half]])
    return tk.Model(inputs, layers.Dense(3)(backend.mean(x, axis=[1, 2])))


@network
def ghost_and_attention(tk: Any) -> Any:
    """CBAM with backend functions, a ghost module, hard swish."""
    import tensorflow as tf

    layers, backend = tk.layers, tk.backend
    inputs = tk.Input((6, 6, 4))
    x = layers.Conv2D(4, 1, padding="same")(inputs)
    ghost = layers.DepthwiseConv2D(3, padding="same")(x)
    x = layers.Concatenate(axis=-1)([x, ghost])[:, :, :, :7]
    shared_one = layers.Dense(2, activation="relu", kernel_initializer="he_normal")
    shared_two = layers.Dense(
        7, kernel_initializer="he_normal", bias_initializer="zeros"
    )
    mean = layers.Reshape((1, 1, 7))(layers.GlobalAveragePooling2D()(x))
    most = layers.Reshape((1, 1, 7))(layers.GlobalMaxPooling2D()(x))
    gate = layers.Activation("sigmoid")(
        layers.Add()([shared_two(shared_one(mean)), shared_two(shared_one(most))])
    )
    x = layers.multiply([x, gate])
    spatial = layers.Concatenate(axis=3)(
        [backend.mean(x, axis=3, keepdims=True), backend.max(x, axis=3, keepdims=True)]
    )
    spatial = layers.Conv2D(1, 5, padding="same", activation="sigmoid")(spatial)
    x = x * spatial
    x = x * tf.nn.relu6(x + 3.0) / 6.0
    x = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    x = tf.nn.max_pool2d(x, ksize=2, strides=2, padding="SAME")
    x = tf.nn.avg_pool2d(x, 2, 2, "VALID")
    return tk.Model(inputs, backend.batch_flatten(x))


@network
def capsules(tk: Any) -> Any:
    """CapsNet's squash, and one round of routing, with raw ops."""
    import tensorflow as tf

    layers = tk.layers

    def squash(vectors: Any, axis: int = -1) -> Any:
        norm = tf.reduce_sum(tf.square(vectors), axis, keepdims=True)
        scale = norm / (1 + norm) / tf.sqrt(norm + 1e-7)
        return scale * vectors

    inputs = tk.Input((8, 8, 1))
    x = layers.Conv2D(8, 3, strides=2, activation="relu")(inputs)
    x = layers.Reshape(target_shape=[-1, 4])(x)
    x = squash(x)
    votes = layers.Dense(3 * 5)(x)
    votes = tf.reshape(votes, [-1, x.shape[1], 3, 5])
    logits = tf.zeros_like(votes[:, :, :, :1])
    for _ in range(2):
        weights = tf.nn.softmax(logits, axis=2)
        out = squash(tf.reduce_sum(weights * votes, axis=1, keepdims=True))
        logits = logits + tf.reduce_sum(votes * out, axis=-1, keepdims=True)
    out = tf.squeeze(out, axis=1)
    lengths = tf.norm(out, axis=-1)
    masked = tf.one_hot(tf.argmax(lengths, 1), 3)[..., None] * out
    decoded = layers.Dense(6, activation="sigmoid")(layers.Flatten()(masked))
    return tk.Model(inputs, [lengths, decoded])


@network
def images_of_any_size(tk: Any) -> Any:
    """A non-local block and pixel blocks, where only the rank is known."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((None, None, 4))
    x = tf.nn.space_to_depth(inputs, 2)
    x = layers.Conv2D(6, 1)(x)
    shape = tf.shape(x)
    flat = tf.reshape(layers.Conv2D(3, 1)(x), (shape[0], -1, 3))
    scores = tf.nn.softmax(tf.matmul(flat, flat, transpose_b=True))
    y = tf.reshape(tf.matmul(scores, flat), (shape[0], shape[1], shape[2], 3))
    x = tf.concat([x, y, tf.reduce_mean(y, [1, 2], keepdims=True) + 0.0 * y], -1)
    x = tf.image.resize(x, tf.shape(inputs)[1:3], method="nearest")
    return tk.Model(inputs, tf.image.resize(x, tf.shape(x)[1:3] * 2))
