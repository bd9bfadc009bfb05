"""Graphs whose shapes are computed while they run, as people wrote them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.keras2.tfops_proof import Case, Input

_RNG = np.random.default_rng(5)
IMAGE = Input((8, 8, 4))
SEQ = Input((5, 8))
OPEN = Input((None, 8))
OPEN_IMAGE = Input((None, None, 4))


def _weights(*shape: int) -> Any:
    return (_RNG.normal(size=shape) / np.sqrt(shape[0])).astype("float32")


def reshape_batch(tf: Any, x: Any) -> Any:
    b = tf.shape(x)[0]
    return tf.reshape(x, [b, 64, 4])


def reshape_vector(tf: Any, x: Any) -> Any:
    return tf.reshape(x, tf.concat([tf.shape(x)[:1], [64, 4]], 0))


def reshape_stack(tf: Any, x: Any) -> Any:
    shape = tf.shape(x)
    b, h, w, c = shape[0], shape[1], shape[2], shape[3]
    return tf.reshape(x, tf.stack([b, h * w, c]))


def reshape_unpacked(tf: Any, x: Any) -> Any:
    b, h, w, c = tf.unstack(tf.shape(x), num=4)
    return tf.reshape(x, [b, h // 2, 2, w // 2, 2, c])


def half(tf: Any, x: Any) -> Any:
    return x[:, : tf.shape(x)[1] // 2]


def tile_token(tf: Any, x: Any) -> Any:
    token = tf.constant(_weights(1, 1, 8))
    tokens = tf.tile(token, [tf.shape(x)[0], 1, 1])
    return tf.concat([tokens, x], axis=1)


def broadcast_token(tf: Any, x: Any) -> Any:
    token = tf.constant(_weights(1, 1, 8))
    return tf.concat([tf.broadcast_to(token, [tf.shape(x)[0], 1, 8]), x], 1)


def repeat_queries(tf: Any, x: Any) -> Any:
    queries = tf.constant(_weights(3, 8))
    b = tf.shape(x)[0]
    return tf.matmul(tf.tile(queries[tf.newaxis], [b, 1, 1]), x, transpose_b=True)


def tile_rows(tf: Any, x: Any) -> Any:
    return tf.tile(tf.constant(_weights(2, 8)), [tf.shape(x)[0], 1]) + 1.0


def zeros_state(tf: Any, x: Any) -> Any:
    b = tf.shape(x)[0]
    return [
        tf.zeros([b, 3]) + x[:, 0, :3],
        tf.ones((b, 1, 8)) + x,
        tf.fill([b, 2], 7.0),
        tf.zeros([2, b]),
        tf.ones([b, 2], tf.int32),
    ]


def positions(tf: Any, x: Any) -> Any:
    n = tf.shape(x)[1]
    table = tf.constant(_weights(10, 8))
    return x + tf.gather(table, tf.range(n))[None]


def positions_open(tf: Any, x: Any) -> Any:
    n = tf.shape(x)[1]
    table = tf.constant(_weights(10, 8))
    return x + tf.gather(table, tf.range(start=0, limit=n, delta=1))


def causal_mask(tf: Any, x: Any) -> Any:
    n = tf.shape(x)[1]
    i = tf.range(n)[:, tf.newaxis]
    mask = tf.cast(i >= tf.range(n), tf.float32)
    scores = tf.matmul(x, x, transpose_b=True)
    return tf.nn.softmax(scores - 1e9 * (1.0 - mask))


def attention_mask(tf: Any, x: Any) -> Any:
    b, n = tf.shape(x)[0], tf.shape(x)[1]
    i = tf.range(n)[:, None]
    mask = tf.cast(i >= tf.range(n), tf.int32)
    mask = tf.reshape(mask, (1, n, n))
    mult = tf.concat([tf.expand_dims(b, -1), tf.constant([1, 1], dtype=tf.int32)], 0)
    return tf.tile(mask, mult)


def scale_by_size(tf: Any, x: Any) -> Any:
    d = tf.cast(tf.shape(x)[-1], tf.float32)
    return tf.matmul(x, x, transpose_b=True) / tf.math.sqrt(d)


def mean_by_count(tf: Any, x: Any) -> Any:
    n = tf.cast(tf.shape(x)[1], tf.float32)
    return tf.reduce_sum(x, 1) / n


def split_heads(tf: Any, x: Any) -> Any:
    b, n = tf.shape(x)[0], tf.shape(x)[1]
    y = tf.transpose(tf.reshape(x, (b, n, 2, 4)), [0, 2, 1, 3])
    scores = tf.nn.softmax(tf.matmul(y, y, transpose_b=True) / 2.0)
    y = tf.transpose(tf.matmul(scores, y), [0, 2, 1, 3])
    return tf.reshape(y, (b, n, 8))


def split_heads_minus(tf: Any, x: Any) -> Any:
    y = tf.reshape(x, (tf.shape(x)[0], -1, 2, 4))
    return tf.reshape(tf.transpose(y, [0, 2, 1, 3]), [-1, tf.shape(x)[1], 4])


def flatten_open(tf: Any, x: Any) -> Any:
    shape = tf.shape(x)
    return tf.reshape(x, [shape[0], shape[1] * shape[2], 4])


def flatten_all_open(tf: Any, x: Any) -> Any:
    return tf.reshape(x, [tf.size(x) // 4, 4])


def pixel_shuffle(tf: Any, x: Any) -> Any:
    _b, h, w, c = x.shape
    y = tf.reshape(x, (-1, h, w, 2, 2, c // 4))
    return tf.reshape(tf.transpose(y, [0, 1, 3, 2, 4, 5]), (-1, h * 2, w * 2, c // 4))


def channel_shuffle(tf: Any, x: Any) -> Any:
    b, h, w, c = tf.shape(x)[0], tf.shape(x)[1], tf.shape(x)[2], x.shape[-1]
    y = tf.transpose(tf.reshape(x, [b, h, w, 2, c // 2]), [0, 1, 2, 4, 3])
    return tf.reshape(y, [b, h, w, c])


def window_partition(tf: Any, x: Any, size: int) -> Any:
    _, h, w, c = x.shape
    y = tf.reshape(x, (-1, h // size, size, w // size, size, c))
    y = tf.transpose(y, (0, 1, 3, 2, 4, 5))
    return tf.reshape(y, (-1, size, size, c))


def window_reverse(tf: Any, windows: Any, size: int, h: int, w: int) -> Any:
    b = tf.shape(windows)[0] // ((h // size) * (w // size))
    y = tf.reshape(windows, [b, h // size, w // size, size, size, -1])
    y = tf.transpose(y, [0, 1, 3, 2, 4, 5])
    return tf.reshape(y, [b, h, w, -1])


def windowed_attention(tf: Any, x: Any) -> Any:
    """Swin's shifted windows, with a relative position bias and a mask."""
    size, heads, c = 4, 2, 4
    shifted = tf.roll(x, shift=[-2, -2], axis=[1, 2])
    windows = tf.reshape(window_partition(tf, shifted, size), (-1, size * size, c))
    qkv = tf.matmul(windows, tf.constant(_weights(c, 3 * c)))
    qkv = tf.reshape(qkv, (-1, size * size, 3, heads, c // heads))
    q, k, v = tf.unstack(tf.transpose(qkv, (2, 0, 3, 1, 4)))
    scores = tf.matmul(q * (c // heads) ** -0.5, k, transpose_b=True)
    table = tf.constant(_weights((2 * size - 1) ** 2, heads))
    grid = np.stack(np.meshgrid(np.arange(size), np.arange(size), indexing="ij"))
    flat = grid.reshape(2, -1)
    relative = (flat[:, :, None] - flat[:, None, :]).transpose(1, 2, 0) + size - 1
    index = relative[..., 0] * (2 * size - 1) + relative[..., 1]
    bias = tf.reshape(tf.gather(table, index.reshape(-1)), (16, 16, heads))
    scores = scores + tf.expand_dims(tf.transpose(bias, (2, 0, 1)), 0)
    mask = tf.constant((_RNG.uniform(size=(4, 16, 16)) < 0.3) * np.float32(-100))
    b = tf.shape(windows)[0]
    scores = tf.reshape(scores, (b // 4, 4, heads, 16, 16))
    scores = scores + tf.expand_dims(tf.expand_dims(mask, axis=1), axis=0)
    scores = tf.nn.softmax(tf.reshape(scores, (-1, heads, 16, 16)), axis=-1)
    y = tf.transpose(tf.matmul(scores, v), (0, 2, 1, 3))
    y = tf.reshape(y, (-1, size, size, c))
    y = window_reverse(tf, y, size, 8, 8)
    return x + tf.roll(y, shift=[2, 2], axis=[1, 2])


def relative_shift(tf: Any, x: Any) -> Any:
    """Transformer-XL's trick of shifting relative scores by a pad and a reshape."""
    y = tf.pad(x, [[0, 0], [0, 0], [1, 0]])
    b, n, m = tf.shape(y)[0], tf.shape(y)[1], tf.shape(y)[2]
    y = tf.reshape(y, [b, m, n])
    y = tf.slice(y, [0, 1, 0], [-1, -1, -1])
    return tf.reshape(y, [b, n, m - 1])


def rotary(tf: Any, x: Any) -> Any:
    n, d = tf.shape(x)[1], x.shape[-1]
    steps = tf.cast(tf.range(n), tf.float32)
    frequencies = tf.constant(1.0 / 10000 ** (np.arange(0, d, 2) / d), tf.float32)
    angles = steps[:, None] * frequencies[None, :]
    sin, cos = tf.sin(angles), tf.cos(angles)
    a, b = x[..., 0::2], x[..., 1::2]
    y = tf.stack([a * cos - b * sin, a * sin + b * cos], axis=-1)
    return tf.reshape(y, tf.shape(x))


def dims_in_numbers(tf: Any, x: Any) -> Any:
    b, n = tf.shape(x)[0], tf.shape(x)[1]
    return [
        x * tf.cast(b, tf.float32),
        tf.cast(tf.shape(x), tf.float32) + x[0, 0, :3],
        tf.cast(b * n, tf.float32) * x,
    ]


def shape_as_output(tf: Any, x: Any) -> Any:
    return [tf.shape(x), tf.shape(x)[1], tf.range(3) * tf.shape(x)[2]]


def resize_like(tf: Any, x: Any, y: Any) -> Any:
    return tf.image.resize(x, tf.shape(y)[1:3], method="nearest") + y[..., :1]


def upsample_by_shape(tf: Any, x: Any) -> Any:
    shape = tf.shape(x)
    return tf.image.resize(x, [shape[1] * 2, shape[2] * 2])


def broadcast_shape(tf: Any, x: Any, y: Any) -> Any:
    return tf.broadcast_to(x[:, None], [tf.shape(x)[0], tf.shape(y)[1], 8]) * y


def linear_grid(tf: Any, x: Any) -> Any:
    h, w = tf.shape(x)[1], tf.shape(x)[2]
    ys = tf.linspace(-1.0, 1.0, h)
    xs = tf.cast(tf.range(w), tf.float32) / tf.cast(w - 1, tf.float32)
    grid = tf.stack([tf.tile(ys[:, None], [1, w]), tf.tile(xs[None], [h, 1])], -1)
    grid = tf.tile(grid[None], [tf.shape(x)[0], 1, 1, 1])
    return tf.concat([x, grid], -1)


def identity_matrix(tf: Any, x: Any) -> Any:
    b, n = tf.shape(x)[0], tf.shape(x)[1]
    eye = tf.eye(n, batch_shape=[b])
    return tf.matmul(eye, x)


def length_mask(tf: Any, x: Any, lengths: Any) -> Any:
    mask = tf.sequence_mask(lengths, maxlen=tf.shape(x)[1], dtype=tf.float32)
    return x * mask[..., None]


def last_of_row(tf: Any, x: Any) -> Any:
    n = tf.shape(x)[1]
    return [x[:, n - 1], x[:, 1 : n - 1], x[:, n - 2 : n]]


def pad_to_even(tf: Any, x: Any) -> Any:
    h = tf.shape(x)[1]
    pad = (3 - h % 3) % 3
    return tf.pad(x, [[0, 0], [0, pad], [0, 0], [0, 0]])


def squeeze_excite(tf: Any, x: Any) -> Any:
    y = tf.reduce_mean(x, axis=[1, 2], keepdims=True)
    y = tf.nn.relu(tf.matmul(tf.reshape(y, [-1, 4]), tf.constant(_weights(4, 2))))
    y = tf.sigmoid(tf.matmul(y, tf.constant(_weights(2, 4))))
    return x * y[:, tf.newaxis, tf.newaxis, :]


def instance_norm(tf: Any, x: Any) -> Any:
    mean, variance = tf.nn.moments(x, axes=[1, 2], keepdims=True)
    return tf.nn.batch_normalization(x, mean, variance, None, None, 1e-5)


def group_norm(tf: Any, x: Any) -> Any:
    shape = tf.shape(x)
    y = tf.reshape(x, [shape[0], shape[1], shape[2], 2, 2])
    mean, variance = tf.nn.moments(y, [1, 2, 4], keepdims=True)
    y = (y - mean) / tf.sqrt(variance + 1e-5)
    return tf.reshape(y, shape)


def hard_swish(tf: Any, x: Any) -> Any:
    return x * tf.nn.relu6(x + 3.0) * (1.0 / 6.0)


def cosine_similarity(tf: Any, x: Any, y: Any) -> Any:
    a, b = tf.math.l2_normalize(x, axis=-1), tf.math.l2_normalize(y, axis=-1)
    return tf.reduce_sum(a * b, axis=-1, keepdims=True)


def sampling_free_kl(tf: Any, mean: Any, log_variance: Any) -> Any:
    kl = 1 + log_variance - tf.square(mean) - tf.exp(log_variance)
    return tf.reduce_mean(tf.reduce_sum(kl, axis=1)) * -0.5


def patches(tf: Any, x: Any) -> Any:
    b = tf.shape(x)[0]
    y = tf.image.extract_patches(x, [1, 4, 4, 1], [1, 4, 4, 1], [1] * 4, "VALID")
    return tf.reshape(y, [b, -1, y.shape[-1]])


def unfold_window(tf: Any, x: Any) -> Any:
    b, h, w = tf.shape(x)[0], x.shape[1], x.shape[2]
    y = tf.reshape(x, [b, h // 2, 2, w // 2, 2, 4])
    y = tf.transpose(y, [0, 1, 3, 2, 4, 5])
    return tf.reshape(y, [b * (h // 2) * (w // 2), 4, 4])


def select_by_argmax(tf: Any, x: Any) -> Any:
    best = tf.argmax(tf.reduce_sum(x, -1), axis=1, output_type=tf.int32)
    rows = tf.range(tf.shape(x)[0])
    return tf.gather_nd(x, tf.stack([rows, best], axis=1))


DYNAMIC = [
    *[
        Case(f"dynamic {build.__name__}", inputs, build, tolerance)
        for build, inputs, tolerance in [
            (reshape_batch, [IMAGE], 1e-6),
            (reshape_vector, [IMAGE], 1e-6),
            (reshape_stack, [IMAGE], 1e-6),
            (reshape_unpacked, [IMAGE], 1e-6),
            (half, [IMAGE], 1e-6),
            (tile_token, [SEQ], 1e-6),
            (tile_token, [OPEN], 1e-6),
            (broadcast_token, [SEQ], 1e-6),
            (repeat_queries, [SEQ], 3e-6),
            (tile_rows, [SEQ], 1e-6),
            (zeros_state, [SEQ], 1e-6),
            (positions, [SEQ], 1e-6),
            (positions_open, [OPEN], 1e-6),
            (causal_mask, [SEQ], 3e-6),
            (causal_mask, [OPEN], 3e-6),
            (attention_mask, [SEQ], 1e-6),
            (scale_by_size, [SEQ], 3e-6),
            (mean_by_count, [OPEN], 1e-6),
            (split_heads, [SEQ], 3e-6),
            (split_heads, [OPEN], 3e-6),
            (split_heads_minus, [SEQ], 1e-6),
            (flatten_open, [OPEN_IMAGE], 1e-6),
            (flatten_all_open, [OPEN_IMAGE], 1e-6),
            (pixel_shuffle, [IMAGE], 1e-6),
            (channel_shuffle, [IMAGE], 1e-6),
            (channel_shuffle, [OPEN_IMAGE], 1e-6),
            (windowed_attention, [IMAGE], 1e-5),
            (relative_shift, [Input((5, 9))], 1e-6),
            (rotary, [SEQ], 3e-6),
            (dims_in_numbers, [SEQ], 1e-6),
            (dims_in_numbers, [OPEN], 1e-6),
            (shape_as_output, [SEQ], 1e-6),
            (resize_like, [IMAGE, Input((16, 12, 2))], 1e-6),
            (upsample_by_shape, [IMAGE], 3e-6),
            (broadcast_shape, [Input((8,)), SEQ], 1e-6),
            (linear_grid, [IMAGE], 1e-6),
            (identity_matrix, [SEQ], 1e-6),
            (length_mask, [SEQ, Input((), "int32", 1, 6)], 1e-6),
            (length_mask, [OPEN, Input((), "int32", 1, 6)], 1e-6),
            (last_of_row, [SEQ], 1e-6),
            (last_of_row, [OPEN], 1e-6),
            (pad_to_even, [IMAGE], 1e-6),
            (squeeze_excite, [IMAGE], 3e-6),
            (instance_norm, [IMAGE], 5e-6),
            (group_norm, [IMAGE], 5e-6),
            (hard_swish, [IMAGE], 1e-6),
            (cosine_similarity, [SEQ, SEQ], 3e-6),
            (sampling_free_kl, [Input((8,)), Input((8,))], 3e-6),
            (patches, [IMAGE], 1e-6),
            (unfold_window, [IMAGE], 1e-6),
            (select_by_argmax, [SEQ], 1e-6),
        ]
    ]
]
