"""Compiled with a learning-rate schedule, weight decay, clipping and averaging."""

import keras

from tests.cases import residual_mlp


def build() -> keras.Model:
    model = residual_mlp.build()
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        decay_steps=10_000,
        warmup_target=1e-3,
        warmup_steps=500,
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(
            learning_rate=schedule,
            weight_decay=0.01,
            beta_2=0.98,
            clipnorm=1.0,
            use_ema=True,
            ema_momentum=0.995,
        ),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseTopKCategoricalAccuracy(k=3, name="top_3")],
    )
    return model
