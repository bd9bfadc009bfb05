"""Subclassed models of the kinds that people publish, as functions that build one each.

Blocks are written as their authors write them: with and without `get_config`, with and
without `**kwargs`, called on data or built by shape.
"""

import keras
import numpy as np
from keras import layers, ops


class ResBlock(layers.Layer):
    """Has what Keras needs to save it."""

    def __init__(self, filters, strides=1, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.strides = strides
        self.conv1 = layers.Conv2D(
            filters, 3, strides, padding="same", use_bias=False, name="conv1"
        )
        self.bn1 = layers.BatchNormalization(name="bn1")
        self.conv2 = layers.Conv2D(
            filters, 3, padding="same", use_bias=False, name="conv2"
        )
        self.bn2 = layers.BatchNormalization(name="bn2")
        self.project = None
        if strides > 1:
            self.project = layers.Conv2D(filters, 1, strides, name="project")

    def call(self, inputs, training=False):
        x = ops.relu(self.bn1(self.conv1(inputs), training=training))
        x = self.bn2(self.conv2(x), training=training)
        shortcut = inputs if self.project is None else self.project(inputs)
        return ops.relu(x + shortcut)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "strides": self.strides,
        }


class ResNet(keras.Model):
    def __init__(self, classes=4, **kwargs):
        super().__init__(**kwargs)
        self.stem = layers.Conv2D(8, 3, padding="same", name="stem")
        self.stages = [ResBlock(8), ResBlock(16, 2), ResBlock(16)]
        self.pool = layers.GlobalAveragePooling2D(name="pool")
        self.head = layers.Dense(classes, activation="softmax", name="head")

    def call(self, inputs, training=False):
        x = self.stem(inputs)
        for stage in self.stages:
            x = stage(x, training=training)
        return self.head(self.pool(x))


def resnet():
    model = ResNet(name="resnet")
    model(np.zeros((2, 16, 16, 3), "float32"))
    return model


def mlp():
    class MLP(keras.Model):
        def __init__(self, hidden):
            super().__init__()
            self.dense1 = layers.Dense(hidden, activation="relu")
            self.dropout = layers.Dropout(0.5)
            self.dense2 = layers.Dense(3)

        def call(self, inputs, training=None):
            x = self.dense1(inputs)
            x = self.dropout(x, training=training)
            return self.dense2(x)

    model = MLP(8)
    model.build((None, 5))
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def nested_no_kwargs():
    """Blocks whose constructors take no keywords: Keras cannot rebuild them."""

    class Block(keras.Model):
        def __init__(self, units):
            super().__init__()
            self.fc = layers.Dense(units, name="fc")
            self.norm = layers.LayerNormalization(name="norm")

        def call(self, x):
            return ops.gelu(self.norm(self.fc(x)))

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = Block(8)
            self.second = Block(8)
            self.out = layers.Dense(2, name="out")

        def call(self, x):
            return self.out(self.second(self.first(x)) + x)

    model = Net()
    model(np.zeros((1, 8), "float32"))
    return model


class TransformerBlock(layers.Layer):
    def __init__(self, embed_dim, num_heads, ff_dim, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.embed_dim, self.num_heads = embed_dim, num_heads
        self.ff_dim, self.rate = ff_dim, rate
        self.att = layers.MultiHeadAttention(num_heads=num_heads, key_dim=embed_dim)
        self.ffn = keras.Sequential(
            [layers.Dense(ff_dim, activation="relu"), layers.Dense(embed_dim)]
        )
        self.layernorm1 = layers.LayerNormalization(epsilon=1e-6)
        self.layernorm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout1 = layers.Dropout(rate)
        self.dropout2 = layers.Dropout(rate)

    def call(self, inputs, training=None):
        attn_output = self.att(inputs, inputs)
        attn_output = self.dropout1(attn_output, training=training)
        out1 = self.layernorm1(inputs + attn_output)
        ffn_output = self.ffn(out1)
        ffn_output = self.dropout2(ffn_output, training=training)
        return self.layernorm2(out1 + ffn_output)

    def get_config(self):
        return {
            **super().get_config(),
            "embed_dim": self.embed_dim,
            "num_heads": self.num_heads,
            "ff_dim": self.ff_dim,
            "rate": self.rate,
        }


class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen, vocab_size, embed_dim, **kwargs):
        super().__init__(**kwargs)
        self.maxlen, self.vocab_size, self.embed_dim = maxlen, vocab_size, embed_dim
        self.token_emb = layers.Embedding(vocab_size, embed_dim)
        self.pos_emb = layers.Embedding(maxlen, embed_dim)

    def call(self, x):
        positions = ops.arange(0, ops.shape(x)[-1], 1)
        return self.token_emb(x) + self.pos_emb(positions)

    def get_config(self):
        return {
            **super().get_config(),
            "maxlen": self.maxlen,
            "vocab_size": self.vocab_size,
            "embed_dim": self.embed_dim,
        }


def transformer():
    class Classifier(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embed = TokenAndPosition(10, 50, 8, name="embed")
            self.blocks = [TransformerBlock(8, 2, 16) for _ in range(2)]
            self.pool = layers.GlobalAveragePooling1D()
            self.out = layers.Dense(2, activation="softmax")

        def call(self, tokens):
            x = self.embed(tokens)
            for block in self.blocks:
                x = block(x)
            return self.out(self.pool(x))

    model = Classifier(name="transformer_classifier")
    model(np.zeros((2, 10), "int32"))
    return model


def vit():
    class PatchEmbed(layers.Layer):
        def __init__(self, size, dim, count, **kwargs):
            super().__init__(**kwargs)
            self.size, self.dim, self.count = size, dim, count
            self.projection = layers.Conv2D(dim, size, size, name="projection")

        def build(self, input_shape):
            self.position = self.add_weight(
                shape=(1, self.count, self.dim), name="position"
            )
            self.projection.build(input_shape)

        def call(self, images):
            x = self.projection(images)
            x = ops.reshape(x, (-1, self.count, self.dim))
            return x + self.position

        def get_config(self):
            return {
                **super().get_config(),
                "size": self.size,
                "dim": self.dim,
                "count": self.count,
            }

    class ViT(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.patches = PatchEmbed(4, 8, 16, name="patches")
            self.encoder = [TransformerBlock(8, 2, 16, name=f"e{i}") for i in range(2)]
            self.norm = layers.LayerNormalization(name="norm")
            self.head = layers.Dense(5, name="head")

        def call(self, images, training=None):
            x = self.patches(images)
            for block in self.encoder:
                x = block(x, training=training)
            return self.head(self.norm(x)[:, 0])

    model = ViT(name="vit")
    model(np.zeros((1, 16, 16, 3), "float32"))
    return model


def unet():
    class DoubleConv(layers.Layer):
        def __init__(self, filters):
            super().__init__()
            self.conv_a = layers.Conv2D(filters, 3, padding="same", name="conv_a")
            self.conv_b = layers.Conv2D(filters, 3, padding="same", name="conv_b")

        def call(self, x):
            x = keras.activations.relu(self.conv_a(x))
            return keras.activations.relu(self.conv_b(x))

    class UNet(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.down = [DoubleConv(4), DoubleConv(8)]
            self.pool = layers.MaxPooling2D()
            self.bottleneck = DoubleConv(16)
            self.ups = [
                layers.Conv2DTranspose(8, 2, 2),
                layers.Conv2DTranspose(4, 2, 2),
            ]
            self.up_convs = [DoubleConv(8), DoubleConv(4)]
            self.out = layers.Conv2D(1, 1, activation="sigmoid", name="mask")

        def call(self, x):
            skips = []
            for block in self.down:
                x = block(x)
                skips.append(x)
                x = self.pool(x)
            x = self.bottleneck(x)
            for up, conv, skip in zip(
                self.ups, self.up_convs, reversed(skips), strict=True
            ):
                x = conv(ops.concatenate([up(x), skip], axis=-1))
            return self.out(x)

    model = UNet(name="unet")
    model.build((None, 16, 16, 1))
    return model


def autoencoder():
    class Autoencoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.encoder = keras.Sequential(
                [layers.Flatten(), layers.Dense(4, activation="relu")], name="encoder"
            )
            self.decoder = keras.Sequential(
                [layers.Dense(16, activation="sigmoid"), layers.Reshape((4, 4))],
                name="decoder",
            )

        def call(self, x):
            encoded = self.encoder(x)
            return self.decoder(encoded)

    model = Autoencoder()
    model.compile(optimizer="adam", loss="mse")
    model.fit(np.ones((4, 4, 4), "float32"), np.ones((4, 4, 4), "float32"), verbose=0)
    return model


class Sampling(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        mean, log_var = inputs
        epsilon = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        return mean + ops.exp(0.5 * log_var) * epsilon


def vae():
    class VAE(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.hidden = layers.Dense(8, activation="relu", name="hidden")
            self.mean = layers.Dense(2, name="z_mean")
            self.log_var = layers.Dense(2, name="z_log_var")
            self.sampling = Sampling(name="sampling")
            self.decoder = keras.Sequential(
                [layers.Dense(8, activation="relu"), layers.Dense(6)], name="decoder"
            )
            self.loss_tracker = keras.metrics.Mean(name="loss")

        def call(self, inputs):
            x = self.hidden(inputs)
            mean, log_var = self.mean(x), self.log_var(x)
            z = self.sampling([mean, log_var])
            kl = -0.5 * ops.mean(1 + log_var - ops.square(mean) - ops.exp(log_var))
            self.add_loss(kl)
            return self.decoder(z)

        def train_step(self, data):
            raise NotImplementedError

    model = VAE(name="vae")
    model(np.zeros((1, 6), "float32"))
    return model


def two_tower():
    class Tower(layers.Layer):
        def __init__(self, vocabulary, dim, **kwargs):
            super().__init__(**kwargs)
            self.vocabulary, self.dim = vocabulary, dim
            self.embedding = layers.Embedding(vocabulary, dim, name="embedding")
            self.dense = layers.Dense(dim, name="dense")

        def call(self, ids):
            return self.dense(self.embedding(ids))

        def get_config(self):
            base = super().get_config()
            return {**base, "vocabulary": self.vocabulary, "dim": self.dim}

    class Recommender(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.user = Tower(20, 4, name="user_tower")
            self.item = Tower(30, 4, name="item_tower")
            self.dot = layers.Dot(axes=-1, name="score")

        def call(self, inputs):
            user = self.user(inputs["user_id"])
            item = self.item(inputs["item_id"])
            return self.dot([user, item])

    model = Recommender(name="recommender")
    model({"user_id": np.zeros((3,), "int32"), "item_id": np.zeros((3,), "int32")})
    return model


def text_lstm():
    class TextClassifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.embedding = layers.Embedding(40, 6, mask_zero=True)
            self.lstm = layers.Bidirectional(layers.LSTM(5, return_sequences=True))
            self.gru = layers.GRU(4)
            self.out = layers.Dense(1, activation="sigmoid")

        def call(self, inputs, training=None, mask=None):
            x = self.embedding(inputs)
            x = self.lstm(x, training=training)
            return self.out(self.gru(x, training=training))

    model = TextClassifier()
    model(np.ones((2, 7), "int32"))
    return model


def seq2seq():
    class Encoder(keras.Model):
        def __init__(self, vocabulary, units, **kwargs):
            super().__init__(**kwargs)
            self.vocabulary, self.units = vocabulary, units
            self.embedding = layers.Embedding(vocabulary, 4, name="embedding")
            self.rnn = layers.LSTM(units, return_state=True, name="rnn")

        def call(self, tokens):
            _, h, c = self.rnn(self.embedding(tokens))
            return h, c

        def get_config(self):
            base = super().get_config()
            return {**base, "vocabulary": self.vocabulary, "units": self.units}

    class Decoder(keras.Model):
        def __init__(self, vocabulary, units, **kwargs):
            super().__init__(**kwargs)
            self.vocabulary, self.units = vocabulary, units
            self.embedding = layers.Embedding(vocabulary, 4, name="embedding")
            self.rnn = layers.LSTM(units, return_sequences=True, name="rnn")
            self.out = layers.Dense(vocabulary, activation="softmax", name="out")

        def call(self, tokens, states):
            x = self.embedding(tokens)
            return self.out(self.rnn(x, initial_state=list(states)))

        def get_config(self):
            base = super().get_config()
            return {**base, "vocabulary": self.vocabulary, "units": self.units}

    class Seq2Seq(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.encoder = Encoder(12, 5, name="encoder")
            self.decoder = Decoder(14, 5, name="decoder")

        def call(self, inputs):
            source, target = inputs
            return self.decoder(target, states=self.encoder(source))

    model = Seq2Seq(name="seq2seq")
    model((np.ones((2, 6), "int32"), np.ones((2, 4), "int32")))
    return model


def squeeze_excite():
    class SE(layers.Layer):
        def __init__(self, channels, ratio=4, **kwargs):
            super().__init__(**kwargs)
            self.channels, self.ratio = channels, ratio
            self.squeeze = layers.GlobalAveragePooling2D(keepdims=True)
            self.reduce = layers.Dense(channels // ratio, activation="relu")
            self.expand = layers.Dense(channels, activation="sigmoid")

        def call(self, x):
            return x * self.expand(self.reduce(self.squeeze(x)))

        def get_config(self):
            base = super().get_config()
            return {**base, "channels": self.channels, "ratio": self.ratio}

    class Net(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.convs = {f"c{i}": layers.Conv2D(8, 3, name=f"c{i}") for i in range(2)}
            self.ses = [SE(8), SE(8)]
            self.head = layers.Dense(2)

        def call(self, x):
            for conv, se in zip(self.convs.values(), self.ses, strict=True):
                x = se(conv(x))
            return self.head(ops.mean(x, axis=(1, 2)))

    model = Net(name="se_net")
    model(np.zeros((1, 12, 12, 3), "float32"))
    return model


def densenet():
    class DenseBlock(layers.Layer):
        def __init__(self, count, growth, **kwargs):
            super().__init__(**kwargs)
            self.count, self.growth = count, growth
            self.norms = [layers.BatchNormalization() for _ in range(count)]
            self.convs = [
                layers.Conv2D(growth, 3, padding="same") for _ in range(count)
            ]

        def call(self, x, training=None):
            features = [x]
            for norm, conv in zip(self.norms, self.convs, strict=True):
                y = ops.concatenate(features, axis=-1) if len(features) > 1 else x
                features.append(conv(ops.relu(norm(y, training=training))))
            return ops.concatenate(features, axis=-1)

        def get_config(self):
            base = super().get_config()
            return {**base, "count": self.count, "growth": self.growth}

    class DenseNet(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.block1 = DenseBlock(3, 4)
            self.transition = layers.Conv2D(6, 1)
            self.block2 = DenseBlock(2, 4)
            self.pool = layers.GlobalMaxPooling2D()

        def call(self, x, training=None):
            x = self.transition(self.block1(x, training=training))
            return self.pool(self.block2(x, training=training))

    model = DenseNet(name="densenet")
    model(np.zeros((1, 8, 8, 3), "float32"))
    return model


def mlp_mixer():
    class Mixer(layers.Layer):
        def __init__(self, patches, dim, **kwargs):
            super().__init__(**kwargs)
            self.patches, self.dim = patches, dim
            self.norm = layers.LayerNormalization(name="norm")
            self.token_mix = layers.Dense(patches, activation="gelu", name="token_mix")
            self.channel_mix = layers.Dense(dim, activation="gelu", name="channel_mix")

        def call(self, x):
            y = ops.transpose(self.norm(x), (0, 2, 1))
            x = x + ops.transpose(self.token_mix(y), (0, 2, 1))
            return x + self.channel_mix(x)

        def get_config(self):
            base = super().get_config()
            return {**base, "patches": self.patches, "dim": self.dim}

    class MLPMixer(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.patch = layers.Conv2D(8, 4, 4, name="patch")
            self.flat = layers.Reshape((16, 8), name="flat")
            self.mixers = keras.Sequential(
                [Mixer(16, 8, name="mixer1"), Mixer(16, 8, name="mixer2")],
                name="mixers",
            )
            self.head = layers.Dense(3, name="head")

        def call(self, x):
            x = self.mixers(self.flat(self.patch(x)))
            return self.head(ops.mean(x, axis=1))

    model = MLPMixer(name="mlp_mixer")
    model(np.zeros((1, 16, 16, 3), "float32"))
    return model


def sequential_subclass():
    class Head(keras.Sequential):
        def __init__(self, units):
            super().__init__(
                [layers.Dense(units, activation="relu"), layers.Dense(2)], name="head"
            )

    model = Head(6)
    model.build((None, 3))
    return model


def functional_subclass():
    class Classifier(keras.Model):
        def __init__(self, units=6):
            inputs = keras.Input((4,), name="features")
            x = layers.Dense(units, activation="relu", name="hidden")(inputs)
            outputs = layers.Dense(2, name="logits")(x)
            super().__init__(inputs, outputs, name="classifier")
            self.units = units

    model = Classifier()
    model.compile("sgd", "mse")
    return model


def functional_subclass_with_step():
    class Custom(keras.Model):
        def train_step(self, data):
            raise NotImplementedError

    inputs = keras.Input((4,), name="features")
    return Custom(inputs, layers.Dense(2, name="out")(inputs), name="custom_step")


def functional_with_blocks():
    inputs = keras.Input((8, 8, 4), name="image")
    x = ResBlock(4, name="block1")(inputs)
    x = ResBlock(8, 2, name="block2")(x)
    return keras.Model(inputs, layers.Flatten(name="flat")(x), name="with_blocks")


def functional_with_unsavable():
    class Block(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.dense = layers.Dense(units, name="dense")

        def call(self, x):
            return self.dense(x) + 1.0

    inputs = keras.Input((3,), name="x")
    x = Block(4)(inputs)
    return keras.Model(inputs, Block(4)(x), name="unsavable")


def siamese():
    class Siamese(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.encoder = layers.Dense(6, name="encoder")
            self.out = layers.Dense(1, activation="sigmoid", name="out")

        def call(self, left, right):
            return self.out(ops.abs(self.encoder(left) - self.encoder(right)))

    model = Siamese(name="siamese")
    model(np.zeros((2, 5), "float32"), np.zeros((2, 5), "float32"))
    return model


def several_outputs():
    class Detector(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.backbone = layers.Conv2D(4, 3, name="backbone")
            self.boxes = layers.Dense(4, name="boxes")
            self.classes = layers.Dense(3, name="classes")

        def call(self, inputs):
            image, scale = inputs
            x = ops.mean(self.backbone(image), axis=(1, 2)) * scale
            return {"boxes": self.boxes(x), "classes": self.classes(x)}

    model = Detector(name="detector")
    model([np.zeros((2, 8, 8, 3), "float32"), np.ones((2, 1), "float32")])
    return model


def built_in_build():
    class Stack(keras.Model):
        def __init__(self, depth, **kwargs):
            super().__init__(**kwargs)
            self.depth = depth

        def build(self, input_shape):
            self.denses = [
                layers.Dense(input_shape[-1], name=f"d{i}") for i in range(self.depth)
            ]
            for dense in self.denses:
                dense.build(input_shape)

        def call(self, x):
            for dense in self.denses:
                x = x + dense(x)
            return x

    model = Stack(3, name="stack")
    model.build((None, 4))
    return model


def shared_block():
    class Shared(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.block = ResBlock(4, name="block")
            self.pool = layers.GlobalAveragePooling2D(name="pool")

        def call(self, x):
            for _ in range(3):
                x = self.block(x)
            return self.pool(x)

    model = Shared(name="shared")
    model(np.zeros((1, 6, 6, 4), "float32"))
    return model


def frozen_backbone():
    class Transfer(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            image = keras.Input((8, 8, 3), name="image")
            x = layers.Conv2D(4, 3, name="conv")(image)
            x = layers.BatchNormalization(name="bn")(x)
            self.base = keras.Model(image, x, name="base")
            self.base.trainable = False
            self.pool = layers.GlobalAveragePooling2D(name="pool")
            self.head = layers.Dense(2, name="head")

        def call(self, inputs, training=None):
            return self.head(self.pool(self.base(inputs, training=False)))

    model = Transfer(name="transfer")
    model(np.zeros((1, 8, 8, 3), "float32"))
    return model


def frozen_block():
    class Inner(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(4, name="dense")
            self.norm = layers.BatchNormalization(name="norm")
            self.drop = layers.Dropout(0.5, name="drop")

        def call(self, x, training=None):
            return self.drop(self.norm(self.dense(x)), training=training)

    class Outer(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.fixed = Inner()
            self.free = Inner()

        def call(self, x):
            return self.free(self.fixed(x, training=False))

    model = Outer(name="frozen_block")
    model(np.zeros((1, 3), "float32"))
    return model


def wide_and_deep():
    class WideDeep(keras.Model):
        def __init__(self, units=30, activation="relu", **kwargs):
            super().__init__(**kwargs)
            self.hidden1 = layers.Dense(units, activation=activation)
            self.hidden2 = layers.Dense(units, activation=activation)
            self.main_output = layers.Dense(1)
            self.aux_output = layers.Dense(1)

        def call(self, inputs):
            input_a, input_b = inputs
            hidden1 = self.hidden1(input_b)
            hidden2 = self.hidden2(hidden1)
            concat = keras.layers.concatenate([input_a, hidden2])
            return self.main_output(concat), self.aux_output(hidden2)

    model = WideDeep(name="wide_deep")
    model((np.zeros((1, 5), "float32"), np.zeros((1, 6), "float32")))
    return model


def mixed_precision():
    class Mixed(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.dense = layers.Dense(4, dtype="mixed_float16", name="dense")
            self.out = layers.Dense(2, dtype="float32", name="out")

        def call(self, x):
            return self.out(ops.relu(self.dense(x)))

    model = Mixed(name="mixed", dtype="mixed_float16")
    model(np.zeros((1, 3), "float32"))
    return model


def two_masked_branches():
    class Branches(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.embed = layers.Embedding(20, 4, mask_zero=True, name="embed")
            self.a = layers.LSTM(3, name="a")
            self.b = layers.GRU(3, name="b")

        def call(self, tokens):
            x = self.embed(tokens[:, :-1])
            return ops.concatenate([self.a(x), self.b(x)])

    model = Branches(name="branches")
    model(np.ones((2, 6), "int32"))
    return model


def wavenet():
    class Gated(layers.Layer):
        def __init__(self, filters, rate):
            super().__init__(name=f"gated_{rate}")
            self.filter = layers.Conv1D(
                filters, 2, dilation_rate=rate, padding="causal", name="filter"
            )
            self.gate = layers.Conv1D(
                filters, 2, dilation_rate=rate, padding="causal", name="gate"
            )
            self.skip = layers.Conv1D(filters, 1, name="skip")

        def call(self, x):
            z = ops.tanh(self.filter(x)) * ops.sigmoid(self.gate(x))
            skip = self.skip(z)
            return x + skip, skip

    class WaveNet(keras.Model):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.first = layers.Conv1D(4, 1, name="first")
            self.gated = [Gated(4, 2**i) for i in range(3)]
            self.last = layers.Conv1D(1, 1, name="last")

        def call(self, x):
            x = self.first(x)
            total = 0
            for block in self.gated:
                x, skip = block(x)
                total = total + skip
            return self.last(ops.relu(total))

    model = WaveNet(name="wavenet")
    model(np.zeros((1, 16, 1), "float32"))
    return model


MODELS = {
    one.__name__: one
    for one in (
        *(resnet, mlp, nested_no_kwargs, transformer, vit, unet, autoencoder, vae),
        *(two_tower, text_lstm, seq2seq, squeeze_excite, densenet, mlp_mixer),
        *(sequential_subclass, functional_subclass, functional_subclass_with_step),
        *(functional_with_blocks, functional_with_unsavable, siamese),
        *(several_outputs, built_in_build, shared_block, frozen_backbone),
        *(frozen_block, wide_and_deep, mixed_precision, two_masked_branches, wavenet),
    )
}
