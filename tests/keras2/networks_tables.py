"""Networks for tables, recommendations, graphs, pairs and several tasks."""

from __future__ import annotations

from typing import Any

from tests.keras2.networks import network


@network
def deep_fm(tk: Any) -> Any:
    """Second order interactions by square of sum and sum of squares."""
    import tensorflow as tf

    layers = tk.layers
    fields = [tk.Input((1,), dtype="int32", name=f"C{i}") for i in range(3)]
    numbers = tk.Input((2,), name="I")
    embedded = [
        layers.Embedding(10, 4, name=f"emb_C{i}")(f) for i, f in enumerate(fields)
    ]
    linear = [layers.Embedding(10, 1)(f) for f in fields]
    x = tf.concat(embedded, axis=1)
    square_of_sum = tf.square(tf.reduce_sum(x, axis=1, keepdims=True))
    sum_of_square = tf.reduce_sum(x * x, axis=1, keepdims=True)
    cross = 0.5 * tf.reduce_sum(square_of_sum - sum_of_square, axis=2, keepdims=False)
    first = layers.Add()([layers.Flatten()(item) for item in linear])
    deep = layers.concatenate([layers.Flatten()(x), numbers])
    for units in (8, 4):
        deep = layers.Dense(units, activation="relu", kernel_regularizer="l2")(deep)
        deep = layers.Dropout(0.2)(deep)
    logit = layers.Dense(1, use_bias=False)(deep) + cross + first
    model = tk.Model([*fields, numbers], tf.sigmoid(logit))
    model.compile(
        "adagrad", "binary_crossentropy", metrics=["binary_crossentropy", "AUC"]
    )
    return model


@network
def deep_and_cross(tk: Any) -> Any:
    """A cross network with raw products; wide and deep parts in a dict."""
    import tensorflow as tf

    layers = tk.layers
    inputs = {
        "age": tk.Input((1,), name="age"),
        "job": tk.Input((1,), name="job", dtype="int64"),
        "hours": tk.Input((1,), name="hours"),
    }
    job = layers.CategoryEncoding(num_tokens=12, output_mode="one_hot")(inputs["job"])
    x0 = layers.concatenate([inputs["age"], inputs["hours"], job])
    x = x0
    for _ in range(2):
        units = x.shape[-1]
        x = x0 * layers.Dense(units)(x) + x
    x = layers.BatchNormalization()(x)
    deep = layers.Dense(6, activation=tf.nn.selu)(x0)
    merged = layers.concatenate([x, deep], axis=-1)
    return tk.Model(
        inputs=inputs, outputs={"income": layers.Dense(1, name="income")(merged)}
    )


@network
def neural_collaborative_filtering(tk: Any) -> Any:
    layers = tk.layers
    user = tk.Input((1,), dtype="int32", name="user_input")
    item = tk.Input((1,), dtype="int32", name="item_input")

    def embedding(size: int, name: str) -> Any:
        return layers.Embedding(
            input_dim=15,
            output_dim=size,
            name=name,
            embeddings_initializer=tk.initializers.RandomNormal(stddev=0.01),
            embeddings_regularizer=tk.regularizers.l2(1e-6),
            input_length=1,
        )

    mf_user = layers.Flatten()(embedding(4, "mf_user")(user))
    mf_item = layers.Flatten()(embedding(4, "mf_item")(item))
    mlp_user = layers.Flatten()(embedding(3, "mlp_user")(user))
    mlp_item = layers.Flatten()(embedding(3, "mlp_item")(item))
    mf = layers.Multiply()([mf_user, mf_item])
    mlp = layers.Concatenate()([mlp_user, mlp_item])
    for index, units in enumerate((8, 4)):
        mlp = layers.Dense(units, activation="relu", name=f"layer{index}")(mlp)
    bias = layers.Reshape((1,))(layers.Embedding(15, 1)(item))
    x = layers.Concatenate()([mf, mlp])
    x = layers.Dense(1, kernel_initializer="lecun_uniform", name="prediction")(x)
    x = layers.Activation("sigmoid")(layers.Add()([x, bias])) * 4 + 1
    model = tk.Model([user, item], x)
    model.compile(tk.optimizers.legacy.Adam(lr=0.001), "mean_squared_error")
    return model


@network
def two_towers(tk: Any) -> Any:
    """Text and id towers, normalised, all pairs compared by one product."""
    import tensorflow as tf

    layers = tk.layers
    query = tk.Input((4,), dtype="int32", name="query")
    document = tk.Input((6,), name="document")
    q = layers.GlobalAveragePooling1D()(layers.Embedding(20, 5, mask_zero=True)(query))
    q = tf.linalg.l2_normalize(layers.Dense(4)(q), axis=1)
    d = tf.math.l2_normalize(layers.Dense(4)(document), axis=-1)
    pairs = tf.matmul(q, d, transpose_b=True)
    own = tf.reduce_sum(tf.multiply(q, d), axis=-1, keepdims=True)
    distance = tf.sqrt(tf.maximum(tf.reduce_sum(tf.square(q - d), 1), 1e-7))
    return tk.Model([query, document], [own, distance, tf.linalg.diag_part(pairs)])


@network
def tab_net(tk: Any) -> Any:
    """Steps of attentive masks over features, gated linear units."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((6,))
    features = layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(inputs)
    masked, prior, total = features, tf.ones_like(features), 0.0
    masks = []
    shared = layers.Dense(8, use_bias=False, name="shared_fc")
    for step in range(3):
        x = layers.BatchNormalization()(shared(masked))
        x = x[:, :4] * tf.sigmoid(x[:, 4:])
        y = layers.BatchNormalization()(layers.Dense(8, use_bias=False)(x))
        x = (x + y[:, :4] * tf.nn.sigmoid(y[:, 4:])) * tf.math.sqrt(0.5)
        total = total + tf.nn.relu(x[:, :2])
        weights = layers.Dense(6, use_bias=False, name=f"att_{step}")(x[:, 2:])
        weights = tf.nn.softmax(weights * prior)
        prior = prior * (1.3 - weights)
        masked = tf.multiply(weights, features)
        masks.append(weights)
    entropy = tf.add_n([-m * tf.math.log(m + 1e-15) for m in masks])
    entropy = tf.reduce_mean(tf.reduce_sum(entropy, axis=1)) / 3
    return tk.Model(
        inputs, [layers.Dense(2)(total), entropy + tf.zeros_like(total[:, 0])]
    )


@network
def siamese_distance(tk: Any) -> Any:
    """A shared encoder and distances by raw ops on its two results."""
    import tensorflow as tf

    layers, backend = tk.layers, tk.backend
    image = tk.Input((8, 8, 1))
    x = layers.Conv2D(
        3, 3, activation="relu", kernel_regularizer=tk.regularizers.l2(2e-4)
    )(image)
    x = layers.Flatten()(layers.MaxPooling2D()(x))
    encoder = tk.Model(image, layers.Dense(4, activation="sigmoid")(x), name="encoder")
    left, right = tk.Input((8, 8, 1), name="left"), tk.Input((8, 8, 1), name="right")
    a, b = encoder(left), encoder(right)
    manhattan = tf.abs(a - b)
    euclid = backend.sqrt(
        backend.maximum(
            backend.sum(backend.square(a - b), axis=1, keepdims=True), backend.epsilon()
        )
    )
    norm = tf.norm(a - b, ord="euclidean", axis=-1, keepdims=True)
    x = layers.concatenate([manhattan, euclid, norm])
    return tk.Model([left, right], layers.Dense(1, activation="sigmoid")(x))


@network
def triplets(tk: Any) -> Any:
    """A normalised Sequential three times; distances stacked."""
    import tensorflow as tf

    layers = tk.layers
    net = tk.Sequential(name="embed")
    net.add(layers.Conv2D(3, 3, activation="relu", input_shape=(6, 6, 1)))
    net.add(layers.GlobalAveragePooling2D())
    net.add(layers.Dense(4, activation=None))
    names = ("anchor_input", "positive_input", "negative_input")
    inputs = [tk.Input((6, 6, 1), name=name) for name in names]
    anchor, positive, negative = (tf.math.l2_normalize(net(x), axis=1) for x in inputs)
    near = tf.reduce_sum(tf.square(anchor - positive), -1)
    far = tf.reduce_sum(tf.square(anchor - negative), -1)
    stacked = tf.stack([near, far], axis=1)
    loss = tf.maximum(near - far + 0.2, 0.0)
    return tk.Model(
        inputs, [stacked, loss, layers.concatenate([anchor, positive, negative])]
    )


@network
def graph_convolution(tk: Any) -> Any:
    """Kipf's layers with a matmul by the adjacency, GAT scores, gather by index."""
    import tensorflow as tf

    layers = tk.layers
    nodes = tk.Input((5, 4), name="nodes")
    adjacency = tk.Input((5, 5), name="adjacency")
    degree = tf.reduce_sum(tf.abs(adjacency), axis=-1) + 1.0
    scale = tf.linalg.diag(tf.pow(degree, -0.5))
    normal = scale @ (tf.abs(adjacency) + tf.eye(5)) @ scale
    x = tf.nn.relu(tf.matmul(normal, layers.Dense(6)(nodes)))
    h = layers.Dense(3, use_bias=False)(x)
    score = layers.Dense(1)(h) + tf.transpose(layers.Dense(1)(h), [0, 2, 1])
    score = tf.nn.leaky_relu(score, 0.2)
    score = tf.where(adjacency > 0, score, tf.fill(tf.shape(score), -1e9))
    x = tf.matmul(tf.nn.softmax(score, axis=-1), h)
    picked = tf.gather(x, [0, 2, 4], axis=1)
    best, index = tf.math.top_k(tf.reduce_sum(x, -1), k=2)
    chosen = tf.gather(x, index, batch_dims=1)
    pooled = tf.reduce_mean(x, 1) * tf.reduce_max(best, axis=-1, keepdims=True)
    return tk.Model([nodes, adjacency], [pooled, picked, chosen])


@network
def mixture_of_experts(tk: Any) -> Any:
    """MMoE: experts stacked, gates per task, several losses by name."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((6,), name="features")
    experts = [
        layers.Dense(4, activation="relu", name=f"expert_{i}")(inputs) for i in range(3)
    ]
    stacked = tf.stack(experts, axis=1)
    outputs = []
    for task in ("ctr", "cvr"):
        gate = layers.Dense(3, activation="softmax", name=f"gate_{task}")(inputs)
        mixed = tf.reduce_sum(tf.expand_dims(gate, -1) * stacked, axis=1)
        also = layers.Dot(axes=1)([gate, stacked])
        tower = layers.Dense(4, activation="relu")(mixed + also)
        outputs.append(layers.Dense(1, activation="sigmoid", name=task)(tower))
    model = tk.Model(inputs, outputs)
    model.compile(
        tk.optimizers.Adam(tk.optimizers.schedules.CosineDecay(0.01, 100)),
        loss={"ctr": tk.losses.BinaryCrossentropy(), "cvr": "mse"},
        loss_weights={"ctr": 1.0, "cvr": 0.5},
        metrics={"ctr": [tk.metrics.AUC(num_thresholds=20), "accuracy"], "cvr": "mae"},
    )
    return model


@network
def dueling_q(tk: Any) -> Any:
    """Advantage without its mean, a clipped Q of the chosen action."""
    import tensorflow as tf

    layers = tk.layers
    state = tk.Input((4,), name="state", dtype=tf.float32)
    action = tk.Input((), dtype="int32", name="action")
    x = layers.Dense(6, activation="relu")(state)
    value, advantage = layers.Dense(1)(x), layers.Dense(9)(x)
    q = value + (advantage - tf.reduce_mean(advantage, axis=1, keepdims=True))
    mask = tf.one_hot(action, 9)
    chosen = tf.reduce_sum(q * mask, axis=1)
    chosen = tf.where(tf.greater(chosen, 1.0), tf.ones_like(chosen), chosen)
    big = tf.cast(tf.math.logical_and(q > 0.0, q < 0.5), tf.float32)
    return tk.Model(
        [state, action], [q, chosen, big, 1.0 / (1.0 + tf.exp(-q)), 2**value]
    )


@network
def regression_with_rules(tk: Any) -> Any:
    """Operators with constants on both sides; slices of every kind."""
    import tensorflow as tf

    x = tk.Input((6, 4))
    a = 1 - x * 2 + 0.5 / (tf.abs(x) + 1)
    b = -(x // 0.5) + x % 0.3
    c = tf.where(x > 0, x, 0.1 * x) + tf.cast(x >= 0.5, "float32")
    d = tf.math.log1p(tf.nn.relu(x)) ** 0.5 + tf.math.floor(x) - tf.math.round(x * 3)
    e = (a + b)[:, ::-1, ::2][..., tf.newaxis]
    f = (c - d)[:, None, 1:-1, -1]
    g = tf.reshape(x, (-1, x.shape[1] * x.shape[2]))[:, -5:]
    h = tf.math.minimum(tf.math.maximum(x, -0.5), 0.5)[..., 0, :]
    i = ~(x > 0.2) & ((x < 0.1) | (x > 0.9))
    j = tf.reduce_any(i, axis=[1, 2])
    return tk.Model(
        x,
        [e, f, g, h, tf.cast(j, tf.float32), tf.math.cumsum(x, axis=1), abs(x), x[0:1]],
    )
