"""Networks for text, sound and time series."""

from __future__ import annotations

from typing import Any

from tests.keras2.networks import network


@network
def wave_net(tk: Any) -> Any:
    """Dilated causal convolutions, gates, and skips that are summed."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((None, 1), name="original_input")
    x = layers.Conv1D(4, 2, padding="causal", name="initial_causal_conv")(inputs)
    skips = []
    for rate in (1, 2, 4):
        residual = x
        tanh = layers.Conv1D(
            4, 2, dilation_rate=rate, padding="causal", activation="tanh", use_bias=True
        )(x)
        gate = layers.Conv1D(4, 2, dilation_rate=rate, padding="causal")(x)
        x = layers.Multiply()([tanh, tf.math.sigmoid(gate)])
        x = layers.Conv1D(4, 1, padding="same")(x)
        skips.append(layers.Conv1D(3, 1)(x))
        x = x + residual
    x = layers.Activation("relu")(layers.Add()(skips))
    x = layers.Conv1D(5, 1, activation="relu")(x)
    return tk.Model(inputs, layers.Activation("softmax")(layers.Conv1D(6, 1)(x)))


@network
def temporal_convolutions(tk: Any) -> Any:
    """A TCN: causal padding by `tf.pad`, the last step by a slice."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((12, 2))
    x = inputs
    for rate in (1, 2):
        y = tf.pad(x, [[0, 0], [2 * rate, 0], [0, 0]])
        y = layers.Conv1D(4, 3, dilation_rate=rate, padding="valid")(y)
        y = layers.LayerNormalization()(y)
        y = layers.SpatialDropout1D(0.1)(tf.nn.relu(y))
        x = tf.nn.relu(layers.Conv1D(4, 1)(x) + y)
    last = x[:, -1, :]
    reverse = x[:, ::-1]
    energy = tf.reduce_sum(tf.abs(reverse[:, 1:] - reverse[:, :-1]), axis=[1, 2])
    return tk.Model(inputs, [layers.Dense(1)(last), energy])


@network
def crnn_ocr(tk: Any) -> Any:
    """Convolutions, columns as steps, two Bidirectional LSTMs: a CTC-like head."""
    layers = tk.layers
    image = tk.Input((16, 8, 1), name="image", dtype="float32")
    x = layers.Conv2D(
        4,
        3,
        activation="relu",
        kernel_initializer="he_normal",
        padding="same",
        name="Conv1",
    )(image)
    x = layers.MaxPooling2D((2, 2), name="pool1")(x)
    x = layers.Conv2D(4, (3, 3), activation="relu", padding="same", name="Conv2")(x)
    x = layers.MaxPooling2D((2, 2), name="pool2")(x)
    x = layers.Reshape(target_shape=(4, 8), name="reshape")(x)
    x = layers.Dense(6, activation="relu", name="dense1")(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, dropout=0.25))(x)
    forward = layers.GRU(3, return_sequences=True, name="gru2", reset_after=True)(x)
    backward = layers.GRU(3, return_sequences=True, go_backwards=True, name="gru2_b")(x)
    x = layers.add([forward, backward[:, ::-1, :]])
    x = layers.Dense(7, activation="softmax", name="dense2")(x)
    return tk.Model(inputs=image, outputs=x, name="ocr_model_v1")


@network
def seq2seq_attention(tk: Any) -> Any:
    """Luong attention by `dot` and Activation; Bidirectional states joined."""
    layers = tk.layers
    source = tk.Input((None,), name="encoder_inputs")
    target = tk.Input((None,), name="decoder_inputs")
    x = layers.Embedding(20, 6, mask_zero=True)(source)
    encoded, fh, fc, bh, bc = layers.Bidirectional(
        layers.LSTM(3, return_sequences=True, return_state=True)
    )(x)
    states = [layers.Concatenate()([fh, bh]), layers.Concatenate()([fc, bc])]
    y = layers.Embedding(20, 6, mask_zero=True)(target)
    y, *_ = layers.LSTM(6, return_sequences=True, return_state=True)(
        y, initial_state=states
    )
    scores = layers.dot([y, encoded], axes=[2, 2])
    weights = layers.Activation("softmax", name="attention")(scores)
    context = layers.dot([weights, encoded], axes=[2, 1])
    joined = layers.Concatenate(axis=-1)([context, y])
    joined = layers.TimeDistributed(layers.Dense(6, activation="tanh"))(joined)
    outputs = layers.TimeDistributed(layers.Dense(20, activation="softmax"))(joined)
    model = tk.Model([source, target], outputs)
    model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["acc"])
    return model


@network
def bahdanau_attention(tk: Any) -> Any:
    """Additive attention in raw ops: expand_dims, tanh, softmax over time."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((7,), dtype="int64")
    x = layers.Embedding(30, 5)(inputs)
    hidden, state = layers.GRU(6, return_sequences=True, return_state=True)(x)
    query = tf.expand_dims(state, 1)
    score = tf.nn.tanh(layers.Dense(4)(hidden) + layers.Dense(4)(query))
    weights = tf.nn.softmax(layers.Dense(1)(score), axis=1)
    context = tf.reduce_sum(weights * hidden, axis=1)
    x = tf.concat([tf.expand_dims(context, 1), query], axis=-1)
    x = layers.RepeatVector(3)(tf.reshape(x, (-1, x.shape[2])))
    x, _ = layers.GRU(6, return_sequences=True, return_state=True)(
        x, initial_state=[state]
    )
    return tk.Model(inputs, [layers.Dense(4)(x), tf.squeeze(weights, [-1])])


@network
def transformer_text(tk: Any) -> Any:
    """An encoder with a padding mask in raw ops and positions by `tf.range`."""
    import tensorflow as tf

    layers = tk.layers
    ids = tk.Input(shape=(None,), dtype="int32", name="ids")
    mask = tf.cast(tf.math.equal(ids, 0), tf.float32)
    mask = mask[:, tf.newaxis, tf.newaxis, :]
    positions = tf.range(start=0, limit=tf.shape(ids)[-1], delta=1)
    x = layers.Embedding(40, 8)(ids) * tf.math.sqrt(tf.cast(8, tf.float32))
    x += layers.Embedding(40, 8)(positions)

    def heads(t: Any) -> Any:
        t = tf.reshape(t, (tf.shape(t)[0], -1, 2, 4))
        return tf.transpose(t, perm=[0, 2, 1, 3])

    q, k, v = (
        heads(layers.Dense(8)(x)),
        heads(layers.Dense(8)(x)),
        heads(layers.Dense(8)(x)),
    )
    logits = tf.matmul(q, k, transpose_b=True) / tf.math.sqrt(4.0)
    logits += mask * -1e9
    y = tf.matmul(tf.nn.softmax(logits, axis=-1), v)
    y = tf.transpose(y, perm=[0, 2, 1, 3])
    y = tf.reshape(y, (tf.shape(y)[0], -1, 8))
    x = layers.LayerNormalization(epsilon=1e-6)(
        x + layers.Dropout(0.1)(layers.Dense(8)(y))
    )
    y = layers.Dense(8)(layers.Dense(12, activation="relu")(x))
    x = layers.LayerNormalization(epsilon=1e-6)(x + y)
    keep = 1.0 - tf.cast(tf.equal(ids, 0), tf.float32)
    keep = tf.expand_dims(keep, -1)
    pooled = tf.reduce_sum(x * keep, axis=1) / tf.maximum(tf.reduce_sum(keep, 1), 1.0)
    return tk.Model(ids, layers.Dense(2, activation="softmax")(pooled))


@network
def transformer_causal(tk: Any) -> Any:
    """A decoder with a causal mask of `tf.range` and fixed sine positions."""
    import numpy as np
    import tensorflow as tf

    layers = tk.layers
    length, width = 6, 8
    rates = np.arange(length)[:, None] / np.power(10000, np.arange(width)[None] / width)
    rates[:, 0::2], rates[:, 1::2] = np.sin(rates[:, 0::2]), np.cos(rates[:, 1::2])
    ids = tk.Input((length,), dtype="int32")
    x = layers.Embedding(30, width)(ids) + tf.cast(rates[np.newaxis, ...], tf.float32)
    i = tf.range(length)[:, None]
    j = tf.range(length)
    causal = tf.cast(i >= j, dtype=tf.bool)
    batch = tf.shape(x)[0]
    mask = tf.tile(tf.reshape(causal, (1, length, length)), [batch, 1, 1])
    y = layers.MultiHeadAttention(2, 4)(x, x, attention_mask=mask)
    x = layers.LayerNormalization()(x + y)
    lower = tf.linalg.band_part(tf.ones((length, length)), -1, 0)
    scores = tf.matmul(x, x, transpose_b=True)
    scores = tf.where(tf.cast(lower, tf.bool), scores, -1e9 * tf.ones_like(scores))
    x = tf.matmul(tf.nn.softmax(scores), x)
    return tk.Model(ids, layers.Dense(30)(x))


@network
def hierarchical_attention(tk: Any) -> Any:
    """Words in sentences in documents: TimeDistributed over a model with masks."""
    layers, backend = tk.layers, tk.backend

    def attend(x: Any) -> Any:
        weights = layers.Dense(1, activation="tanh")(x)
        weights = layers.Flatten()(weights)
        weights = layers.Activation("softmax")(weights)
        weights = layers.RepeatVector(x.shape[-1])(weights)
        weights = layers.Permute([2, 1])(weights)
        return backend.sum(layers.multiply([x, weights]), axis=1)

    words = tk.Input((5,), dtype="int32")
    x = layers.Embedding(20, 4)(words)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x)
    sentence = tk.Model(words, attend(x), name="sentence_encoder")
    document = tk.Input((3, 5), dtype="int32")
    x = layers.TimeDistributed(sentence)(document)
    x = layers.Bidirectional(layers.GRU(3, return_sequences=True))(x)
    return tk.Model(document, layers.Dense(2, activation="softmax")(attend(x)))


@network
def masked_tagger(tk: Any) -> Any:
    """A tagger with character features; the mask goes through all wrappers."""
    layers = tk.layers
    words = tk.Input((6,), dtype="int32", name="words")
    chars = tk.Input((6, 4), dtype="int32", name="chars")
    casing = tk.Input((6, 3), name="casing")
    a = layers.Embedding(30, 5, mask_zero=True, trainable=False)(words)
    b = layers.TimeDistributed(layers.Embedding(10, 3, mask_zero=True))(chars)
    b = layers.TimeDistributed(layers.LSTM(3))(b)
    c = layers.Masking(0.0)(casing)
    x = layers.concatenate([a, b, c])
    x = layers.SpatialDropout1D(0.1)(x)
    x = layers.Bidirectional(layers.LSTM(4, return_sequences=True), merge_mode="ave")(x)
    x = layers.TimeDistributed(layers.Dense(5, activation="relu"))(x)
    last = layers.LSTM(3)(x)
    tags = layers.TimeDistributed(layers.Dense(4, activation="softmax"), name="tags")(x)
    return tk.Model([words, casing, chars], [tags, layers.Dense(2, name="kind")(last)])


@network
def masked_attention(tk: Any) -> Any:
    """Masks of Embedding and Masking into Attention and MultiHeadAttention."""
    layers = tk.layers
    question = tk.Input((5,), dtype="int32")
    answer = tk.Input((7,), dtype="int32")
    embed = layers.Embedding(20, 6, mask_zero=True, name="shared_embedding")
    q, a = embed(question), embed(answer)
    x = layers.Attention()([q, a])
    y = layers.AdditiveAttention(use_scale=False)([q, a])
    z = layers.MultiHeadAttention(2, 3)(q, a, a)
    joined = layers.Concatenate()([x, y, z, q])
    pooled = layers.GlobalAveragePooling1D()(joined)
    flat = layers.LSTM(4)(joined)
    return tk.Model(
        [question, answer], layers.Dense(1)(layers.concatenate([pooled, flat]))
    )


@network
def n_beats(tk: Any) -> Any:
    """Doubly residual stacks: backcast subtracted, forecasts added; a trend basis."""
    import numpy as np
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((8,), name="stack_input")
    residuals, forecast = inputs, None
    times = np.arange(3) / 3
    basis = tf.constant(np.stack([times**p for p in range(2)]), dtype=tf.float32)
    for index in range(3):
        x = residuals
        for _ in range(2):
            x = layers.Dense(6, activation="relu")(x)
        theta = layers.Dense(8 + 2, activation="linear", name=f"theta_{index}")(x)
        backcast, ahead = theta[:, :8], theta[:, -2:]
        ahead = tf.matmul(ahead, basis)
        residuals = layers.subtract([residuals, backcast], name=f"subtract_{index}")
        forecast = ahead if forecast is None else layers.add([forecast, ahead])
    return tk.Model(inputs, forecast, name="N-BEATS")


@network
def temporal_fusion(tk: Any) -> Any:
    """Gated residual networks, variable selection, interpretable attention."""
    import tensorflow as tf

    layers, backend = tk.layers, tk.backend

    def gated(x: Any, units: int, context: Any = None) -> Any:
        skip = x if x.shape[-1] == units else layers.Dense(units)(x)
        hidden = layers.Dense(units)(x)
        if context is not None:
            hidden = hidden + layers.Dense(units, use_bias=False)(context)
        hidden = layers.Activation("elu")(hidden)
        hidden = layers.Dropout(0.1)(layers.Dense(units)(hidden))
        hidden = layers.Dense(units)(hidden) * layers.Dense(
            units, activation="sigmoid"
        )(hidden)
        return layers.LayerNormalization()(skip + hidden)

    inputs = tk.Input((6, 3), name="series")
    static = tk.Input((2,), name="static")
    context = gated(static, 4)
    parts = [layers.Dense(4)(inputs[..., i : i + 1]) for i in range(3)]
    stacked = tf.stack(parts, axis=-1)
    flat = tf.reshape(stacked, [-1, 6, 12])
    weights = tf.nn.softmax(gated(flat, 3, tf.expand_dims(context, axis=1)))
    weights = tf.expand_dims(weights, axis=2)
    chosen = backend.stack([gated(p, 4) for p in parts], axis=-1)
    x = backend.sum(weights * chosen, axis=-1)
    x = layers.LSTM(4, return_sequences=True)(x, initial_state=[context, context])
    q, k = layers.Dense(4)(x), layers.Dense(4)(x)
    attn = backend.batch_dot(q, k, axes=[2, 2]) / (4**0.5)
    mask = backend.cumsum(tf.eye(6, batch_shape=[tf.shape(x)[0]]), 1)
    attn = layers.Activation("softmax")(
        attn + (-1e9) * (1.0 - backend.cast(mask, "float32"))
    )
    x = gated(backend.batch_dot(attn, x), 4)
    quantiles = layers.TimeDistributed(layers.Dense(3))(x[Ellipsis, 3:, :])
    return tk.Model([inputs, static], [quantiles, weights[:, :, 0]])


@network
def text_cnn(tk: Any) -> Any:
    """Kim's CNN: parallel widths over an embedding with a channel axis."""
    layers = tk.layers
    inputs = tk.Input(shape=(10,), dtype="int32")
    x = layers.Embedding(input_dim=30, output_dim=4, input_length=10)(inputs)
    x = layers.Reshape((10, 4, 1))(x)
    pooled = []
    for width in (2, 3):
        y = layers.Conv2D(
            3,
            kernel_size=(width, 4),
            padding="valid",
            kernel_initializer="normal",
            activation="relu",
        )(x)
        pooled.append(layers.MaxPool2D((10 - width + 1, 1), strides=(1, 1))(y))
    x = layers.Flatten()(layers.Concatenate(axis=1)(pooled))
    x = layers.Dense(
        2,
        activation="softmax",
        kernel_regularizer=tk.regularizers.l1_l2(l1=0.01, l2=0.01),
        kernel_constraint=tk.constraints.max_norm(3),
    )(layers.Dropout(0.5)(x))
    model = tk.Model(inputs, x)
    model.compile(
        "nadam", "categorical_crossentropy", metrics=[tk.metrics.AUC(name="auc")]
    )
    return model


@network
def convolutional_attention_speech(tk: Any) -> Any:
    """Keyword spotting: the middle step asks; `tf.unstack` gives steps apart."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((8, 5))
    x = tf.math.log(tf.abs(inputs) + 1e-6)
    x = tf.expand_dims(x, -1)
    x = layers.BatchNormalization()(layers.Conv2D(2, (5, 1), padding="same")(x))
    x = tf.squeeze(layers.Conv2D(1, (5, 1), padding="same")(x), -1)
    x = layers.Bidirectional(layers.LSTM(3, return_sequences=True))(x)
    steps = tf.unstack(x, axis=1)
    query = layers.Dense(6)(steps[len(steps) // 2])
    scores = layers.Dot(axes=[1, 2])([query, x])
    scores = layers.Softmax(name="attSoftmax")(scores)
    pooled = layers.Dot(axes=[1, 1])([scores, x])
    ends = tf.stack([steps[0], steps[-1]], axis=1)
    return tk.Model(inputs, [layers.Dense(3)(pooled), tf.reduce_max(ends, axis=1)])
