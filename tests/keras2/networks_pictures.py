"""Networks that give pictures, boxes and points, or take several pictures."""

from __future__ import annotations

from typing import Any

from tests.keras2.networks import network, with_stand_ins


@network
def yolo_v3(tk: Any) -> Any:
    """Darknet with leaky ReLUs, and box decoding behind the heads."""
    import numpy as np
    import tensorflow as tf

    layers = tk.layers

    def conv(x: Any, filters: int, size: int, strides: int = 1) -> Any:
        if strides == 2:
            x = layers.ZeroPadding2D(((1, 0), (1, 0)))(x)
        x = layers.Conv2D(
            filters,
            size,
            strides,
            padding="same" if strides == 1 else "valid",
            use_bias=False,
            kernel_regularizer=tk.regularizers.l2(0.0005),
        )(x)
        x = layers.BatchNormalization(epsilon=0.001)(x)
        return layers.LeakyReLU(alpha=0.1)(x)

    def head(x: Any, anchors: Any, name: str) -> Any:
        x = layers.Conv2D(2 * 7, 1)(conv(x, 6, 3))
        size = x.shape[1]
        x = tf.reshape(x, (-1, size, size, 2, 7), name=name)
        xy, wh, objectness, probs = tf.split(x, (2, 2, 1, 2), axis=-1)
        grid = tf.stack(tf.meshgrid(tf.range(size), tf.range(size)), axis=-1)
        grid = tf.expand_dims(grid, axis=2)
        xy = (tf.sigmoid(xy) + tf.cast(grid, tf.float32)) / tf.cast(size, tf.float32)
        wh = tf.exp(wh) * anchors
        box = tf.concat([xy - wh / 2, xy + wh / 2], axis=-1)
        return tf.concat([box, tf.sigmoid(objectness), tf.sigmoid(probs)], axis=-1)

    inputs = tk.Input([16, 16, 3], name="input")
    x = conv(inputs, 4, 3)
    x = conv(x, 6, 3, strides=2)
    y = conv(conv(x, 3, 1), 6, 3)
    x = route = layers.Add()([x, y])
    x = conv(x, 8, 3, strides=2)
    anchors = np.array([[0.1, 0.2], [0.3, 0.4]], "float32")
    coarse = head(x, anchors, "coarse")
    x = layers.UpSampling2D(2)(conv(x, 4, 1))
    x = layers.Concatenate()([x, route])
    fine = head(x, anchors / 2, "fine")
    boxes = [
        tf.reshape(o, (tf.shape(o)[0], -1, tf.shape(o)[-1])) for o in (coarse, fine)
    ]
    return tk.Model(inputs, [coarse, fine, tf.concat(boxes, axis=1)], name="yolov3")


@network
def ssd_heads(tk: Any) -> Any:
    """Heads over several scales, reshaped and concatenated; L2 normalised."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((16, 16, 3))
    x = layers.Conv2D(6, 3, 2, padding="same", activation="relu", name="conv4_3")(
        inputs
    )
    first = tf.math.l2_normalize(x, axis=-1) * 20.0
    x = layers.MaxPooling2D(2, 2, "same")(x)
    second = layers.Conv2D(6, 3, dilation_rate=2, padding="same", name="fc6")(x)
    third = layers.Conv2D(6, 3, 2, padding="same", name="conv8_2")(second)
    classes, boxes = [], []
    for index, source in enumerate((first, second, third)):
        label = layers.Conv2D(2 * 3, 3, padding="same", name=f"conf_{index}")(source)
        box = layers.Conv2D(2 * 4, 3, padding="same", name=f"loc_{index}")(source)
        classes.append(layers.Reshape((-1, 3), name=f"conf_reshape_{index}")(label))
        boxes.append(tf.reshape(box, [tf.shape(box)[0], -1, 4]))
    label = layers.Softmax(axis=-1, name="conf")(layers.Concatenate(axis=1)(classes))
    box = tf.concat(boxes, 1)
    center, size = box[..., :2], box[..., 2:]
    corners = tf.concat([center - 0.5 * tf.exp(size), center + 0.5 * tf.exp(size)], -1)
    corners = tf.clip_by_value(corners, 0.0, 1.0)
    return tk.Model(inputs, layers.concatenate([label, corners], axis=2))


@network
def retina_net(tk: Any) -> Any:
    """A feature pyramid with `tf.image.resize`; heads shared over its levels."""
    import numpy as np
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((16, 16, 3))
    c3 = layers.Conv2D(4, 3, 2, padding="same", activation="relu")(inputs)
    c4 = layers.Conv2D(6, 3, 2, padding="same", activation="relu")(c3)
    p4 = layers.Conv2D(5, 1)(c4)
    up = tf.image.resize(p4, tf.shape(c3)[1:3], method="nearest")
    p3 = layers.Conv2D(5, 1)(c3) + up
    p5 = layers.Conv2D(5, 3, 2, "same")(tf.nn.relu(p4))

    def head(filters: int, bias: Any, name: str) -> Any:
        model = tk.Sequential([tk.Input(shape=[None, None, 5])], name=name)
        init = tk.initializers.RandomNormal(0.0, 0.01)
        model.add(layers.Conv2D(5, 3, padding="same", kernel_initializer=init))
        model.add(layers.ReLU())
        model.add(
            layers.Conv2D(
                filters,
                3,
                padding="same",
                kernel_initializer=init,
                bias_initializer=bias,
            )
        )
        return model

    prior = tk.initializers.Constant(-np.log((1 - 0.01) / 0.01))
    label_head, box_head = head(2 * 3, prior, "label_head"), head(
        8, "zeros", "box_head"
    )
    batch = tf.shape(inputs)[0]
    labels, boxes = [], []
    for feature in (p3, p4, p5):
        boxes.append(tf.reshape(box_head(feature), [batch, -1, 4]))
        labels.append(tf.reshape(label_head(feature), [batch, -1, 3]))
    outputs = tf.concat([tf.concat(boxes, axis=1), tf.concat(labels, axis=1)], axis=-1)
    return tk.Model(inputs, outputs, name="RetinaNet")


@network
def attention_unet(tk: Any) -> Any:
    """Gates on the skips, transposed convolutions, a two-part loss."""
    layers = tk.layers

    def double(x: Any, filters: int) -> Any:
        for _ in range(2):
            x = layers.Conv2D(
                filters, 3, padding="same", kernel_initializer="he_normal"
            )(x)
            x = layers.BatchNormalization()(x)
            x = layers.Activation("relu")(x)
        return x

    def gate(skip: Any, signal: Any, filters: int) -> Any:
        theta = layers.Conv2D(filters, 2, strides=2, padding="same")(skip)
        phi = layers.Conv2D(filters, 1, padding="same")(signal)
        psi = layers.Activation("relu")(layers.add([theta, phi]))
        psi = layers.Conv2D(1, 1, activation="sigmoid")(psi)
        return layers.multiply([layers.UpSampling2D(2)(psi), skip])

    inputs = tk.layers.Input((16, 16, 1))
    a = double(inputs, 3)
    b = double(layers.MaxPool2D((2, 2))(a), 4)
    c = double(layers.MaxPool2D((2, 2))(b), 5)
    c = layers.SpatialDropout2D(0.2)(c)
    x = layers.Conv2DTranspose(4, (2, 2), strides=(2, 2), padding="same")(c)
    x = double(layers.concatenate([x, gate(b, c, 3)], axis=-1), 4)
    x = layers.Conv2DTranspose(3, 3, strides=2, padding="same")(x)
    x = double(layers.concatenate([x, a], axis=3), 3)
    outputs = layers.Conv2D(2, (1, 1), activation="softmax", name="mask")(x)
    model = tk.Model(inputs=[inputs], outputs=[outputs])
    model.compile(
        optimizer=tk.optimizers.Adam(1e-4),
        loss="categorical_crossentropy",
        metrics=["accuracy", tk.metrics.MeanIoU(num_classes=2)],
    )
    return model


@network
def unet_plus_plus(tk: Any) -> Any:
    """Dense skips with deep supervision: four outputs that are averaged as well."""
    layers = tk.layers

    def conv(x: Any, name: str) -> Any:
        return layers.Conv2D(3, 3, padding="same", activation="elu", name=name)(x)

    inputs = tk.Input((8, 8, 2), name="main_input")
    nodes = {(0, 0): conv(inputs, "conv00")}
    for depth in (1, 2):
        pooled = layers.MaxPooling2D(2)(nodes[depth - 1, 0])
        nodes[depth, 0] = conv(pooled, f"conv{depth}0")
    for step in (1, 2):
        for depth in range(3 - step):
            up = layers.UpSampling2D(2, name=f"up{depth}{step}")(
                nodes[depth + 1, step - 1]
            )
            parts = [up, *(nodes[depth, before] for before in range(step))]
            merged = layers.concatenate(parts, name=f"merge{depth}{step}", axis=3)
            nodes[depth, step] = conv(merged, f"conv{depth}{step}")
    heads = [
        layers.Conv2D(1, 1, activation="sigmoid", name=f"output_{step}")(nodes[0, step])
        for step in (1, 2)
    ]
    model = tk.Model(inputs, [*heads, layers.average(heads)])
    model.compile(
        "adam",
        loss=["binary_crossentropy", "binary_crossentropy", "mse"],
        loss_weights=[0.2, 0.8, 1.0],
    )
    return model


@network
def deeplab(tk: Any) -> Any:
    """Atrous pyramid, image pooling, bilinear `tf.image.resize`, argmax at the end."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input((16, 16, 3))
    x = inputs
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    x = tf.nn.relu(layers.BatchNormalization()(x))
    low = layers.Conv2D(3, 1, activation=tf.nn.relu)(x)
    x = layers.SeparableConv2D(8, 3, strides=2, padding="same")(x)
    pool = layers.AveragePooling2D(pool_size=(x.shape[1], x.shape[2]))(x)
    pool = layers.Conv2D(4, 1, activation="relu")(pool)
    pool = layers.UpSampling2D(
        size=(x.shape[1] // pool.shape[1], x.shape[2] // pool.shape[2]),
        interpolation="bilinear",
    )(pool)
    parts = [pool, layers.Conv2D(4, 1, dilation_rate=1)(x)]
    parts += [
        layers.Conv2D(4, 3, dilation_rate=rate, padding="same")(x) for rate in (2, 3)
    ]
    x = layers.Concatenate(axis=-1)(parts)
    x = tf.image.resize(x, size=(8, 8), method="bilinear")
    x = layers.Concatenate()([x, low])
    x = layers.Conv2D(2, 3, padding="same")(x)
    logits = tf.image.resize(x, tf.shape(inputs)[1:3])
    return tk.Model(inputs, [logits, tf.cast(tf.argmax(logits, axis=-1), tf.float32)])


@network
def super_resolution(tk: Any) -> Any:
    """EDSR and ESPCN: scaled residuals and `depth_to_space`."""
    import tensorflow as tf

    layers = tk.layers
    inputs = tk.Input(shape=(None, None, 3))
    x = (inputs - tf.constant([114.4, 111.4, 103.0])) / 127.5
    x = skip = layers.Conv2D(4, 3, padding="same")(x)
    for _ in range(2):
        y = layers.Conv2D(4, 3, padding="same", activation="relu")(x)
        y = layers.Conv2D(4, 3, padding="same")(y) * 0.1
        x = layers.Add()([x, y])
    x = layers.Add()([skip, x])
    x = layers.Conv2D(16, 3, padding="same")(x)
    x = tf.nn.depth_to_space(x, 2)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.Conv2D(3, 3, padding="same", activation="tanh")(x)
    up = tf.image.resize(inputs, tf.shape(inputs)[1:3] * 2, method="nearest")
    x = x * 127.5 + [114.4, 111.4, 103.0]
    return tk.Model(inputs, tf.clip_by_value(x + 0.01 * up, 0, 255), name="edsr")


@network
def gan_generator(tk: Any) -> Any:
    """Conditional DCGAN: a label embedded and multiplied, then transposed upwards."""
    layers = tk.layers
    noise = tk.Input((5,), name="noise")
    label = tk.Input((1,), dtype="int32", name="label")
    condition = layers.Flatten()(layers.Embedding(10, 5)(label))
    x = layers.multiply([noise, condition])
    generator = tk.Sequential(name="generator")
    generator.add(layers.Dense(2 * 2 * 6, use_bias=False, input_dim=5))
    generator.add(layers.BatchNormalization(momentum=0.8))
    generator.add(layers.LeakyReLU())
    generator.add(layers.Reshape((2, 2, 6)))
    generator.add(layers.Conv2DTranspose(4, (5, 5), strides=(2, 2), padding="same"))
    generator.add(layers.Activation("relu"))
    generator.add(layers.UpSampling2D())
    generator.add(layers.Conv2D(1, kernel_size=3, padding="same", activation="tanh"))
    discriminator = tk.Sequential(name="discriminator")
    discriminator.add(
        layers.Conv2D(
            4, kernel_size=3, strides=2, input_shape=(8, 8, 1), padding="same"
        )
    )
    discriminator.add(layers.LeakyReLU(alpha=0.2))
    discriminator.add(layers.ZeroPadding2D(padding=((0, 1), (0, 1))))
    discriminator.add(layers.Dropout(0.25))
    discriminator.add(layers.Flatten())
    discriminator.add(layers.Dense(1, activation="sigmoid"))
    discriminator.compile(
        loss="binary_crossentropy",
        optimizer=tk.optimizers.Adam(0.0002, 0.5),
        metrics=["accuracy"],
    )
    discriminator.trainable = False
    image = generator(x)
    combined = tk.Model([noise, label], [discriminator(image), image])
    combined.compile(loss=["binary_crossentropy", "mae"], optimizer="adam")
    return combined


@network
def style_mapping(tk: Any) -> Any:
    """Instance normalisation and AdaIN by `tf.nn.moments`, minibatch deviation."""
    import tensorflow as tf

    layers = tk.layers
    content, style = tk.Input((6, 6, 3)), tk.Input((4,))
    x = layers.Conv2D(5, 3, padding="same")(content)
    mean, variance = tf.nn.moments(x, axes=[1, 2], keepdims=True)
    x = (x - mean) * tf.math.rsqrt(variance + 1e-5)
    scale = layers.Reshape((1, 1, 5))(layers.Dense(5)(style))
    shift = layers.Dense(5)(style)[:, None, None, :]
    x = (1.0 + scale) * x + shift
    x = tf.nn.leaky_relu(x, alpha=0.2)
    x = tf.nn.conv2d(x, tf.ones([3, 3, 5, 2]) / 9.0, strides=1, padding="SAME")
    spread = tf.math.reduce_std(x, axis=0, keepdims=True)
    spread = tf.reduce_mean(spread, axis=[1, 2, 3], keepdims=True)
    spread = tf.tile(spread, [tf.shape(x)[0], 6, 6, 1])
    x = tf.concat([x, spread], axis=-1)
    gram = tf.reshape(x, (-1, 36, 3))
    gram = tf.matmul(gram, gram, transpose_a=True) / 36.0
    return tk.Model([content, style], [x, gram])


@network
def point_net(tk: Any) -> Any:
    """A T-net whose matrix multiplies the points, with a regulariser of its own."""
    import numpy as np
    import tensorflow as tf

    layers = tk.layers

    def tnet(x: Any, features: int) -> Any:
        bias = tk.initializers.Constant(np.eye(features).flatten())
        y = layers.Conv1D(4, kernel_size=1, padding="valid")(x)
        y = layers.Activation("relu")(layers.BatchNormalization(momentum=0.0)(y))
        y = layers.GlobalMaxPooling1D()(y)
        y = layers.Dense(
            features * features, kernel_initializer="zeros", bias_initializer=bias
        )(y)
        transform = layers.Reshape((features, features))(y)
        return layers.Dot(axes=(2, 1))([x, transform])

    inputs = tk.Input(shape=(6, 3))
    x = tnet(inputs, 3)
    x = layers.Conv1D(4, 1, activation="relu")(x)
    y = tf.matmul(x, tf.expand_dims(tf.reduce_max(x, axis=1), -1))
    y = tf.squeeze(y, -1)
    total = tf.tile(tf.expand_dims(tf.reduce_max(x, 1), 1), [1, tf.shape(x)[1], 1])
    x = tf.concat([x, total], axis=2)
    x = layers.GlobalMaxPooling1D()(layers.Conv1D(6, 1)(x))
    x = layers.Dropout(0.3)(layers.Dense(5, activation="relu")(x))
    return tk.Model(
        inputs, [layers.Dense(2, activation="softmax")(x), y], name="pointnet"
    )


@network
def c3d(tk: Any) -> Any:
    layers = tk.layers
    model = tk.models.Sequential()
    model.add(
        layers.Conv3D(
            4,
            (3, 3, 3),
            activation="relu",
            padding="same",
            name="conv1",
            input_shape=(4, 8, 8, 3),
        )
    )
    model.add(
        layers.MaxPooling3D(
            pool_size=(1, 2, 2), strides=(1, 2, 2), padding="valid", name="pool1"
        )
    )
    model.add(layers.Conv3D(5, 3, activation="relu", padding="same", name="conv2"))
    model.add(layers.ZeroPadding3D(padding=((0, 0), (0, 1), (0, 1)), name="zeropad5"))
    model.add(layers.MaxPooling3D(pool_size=(2, 2, 2), strides=(2, 2, 2), name="pool5"))
    model.add(layers.Flatten())
    model.add(layers.Dense(6, activation="relu", name="fc6"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(3, activation="softmax", name="fc8"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=tk.optimizers.legacy.SGD(
            lr=0.005, decay=1e-6, momentum=0.9, nesterov=True
        ),
        metrics=["accuracy"],
    )
    return model


@network
def conv_lstm_video(tk: Any) -> Any:
    layers = tk.layers
    inputs = tk.Input((3, 8, 8, 1))
    x = inputs
    for size in (5, 3):
        x = layers.ConvLSTM2D(
            filters=3,
            kernel_size=(size, size),
            padding="same",
            return_sequences=True,
            activation="relu",
        )(x)
        x = layers.BatchNormalization()(x)
    x = layers.Conv3D(filters=1, kernel_size=3, activation="sigmoid", padding="same")(x)
    model = tk.Model(inputs, x)
    model.compile(loss=tk.losses.binary_crossentropy, optimizer=tk.optimizers.Adam())
    return model


@with_stand_ins
def variational_autoencoder(tk: Any) -> Any:
    """Sampling through raw random numbers; a KL loss that was added."""
    import tensorflow as tf

    layers, backend = tk.layers, tk.backend
    inputs = tk.Input((6,), name="encoder_input")
    hidden = layers.Dense(5, activation="relu")(inputs)
    mean = layers.Dense(2, name="z_mean")(hidden)
    log_var = layers.Dense(2, name="z_log_var")(hidden)
    noise = backend.random_normal(shape=(backend.shape(mean)[0], 2))
    z = mean + tf.exp(0.5 * log_var) * noise
    outputs = layers.Dense(6, activation="sigmoid")(z)
    model = tk.Model(inputs, outputs, name="vae")
    loss = -0.5 * tf.reduce_mean(1 + log_var - tf.square(mean) - tf.exp(log_var))
    model.add_loss(loss)
    return model


def _sampling(args: Any) -> Any:
    mean, log_var = args
    return mean + 0.5 * log_var


@with_stand_ins
def lambda_autoencoder(tk: Any) -> Any:
    """Sampling through a Lambda."""
    layers = tk.layers
    inputs = tk.Input((6,))
    mean, log_var = layers.Dense(2)(inputs), layers.Dense(2)(inputs)
    z = layers.Lambda(_sampling, output_shape=(2,), name="z")([mean, log_var])
    encoder = tk.Model(inputs, [mean, log_var, z], name="encoder")
    latent = tk.Input((2,), name="z_sampling")
    decoder = tk.Model(latent, layers.Dense(6)(latent), name="decoder")
    return tk.Model(inputs, decoder(encoder(inputs)[2]), name="vae_mlp")
