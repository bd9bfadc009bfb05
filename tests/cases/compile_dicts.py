"""Compiled with everything by output name, and metrics with thresholds and curves."""

import keras

from tests.cases import product_three_heads


def build() -> keras.Model:
    model = product_three_heads.build()
    model.compile(
        optimizer=keras.optimizers.RMSprop(
            keras.optimizers.schedules.PiecewiseConstantDecay(
                [1000, 5000], [1e-3, 5e-4, 1e-4]
            ),
            rho=0.95,
        ),
        loss={
            "category": keras.losses.SparseCategoricalCrossentropy(ignore_class=0),
            "price": "mean_absolute_error",
            "popularity": keras.losses.BinaryFocalCrossentropy(gamma=1.5),
        },
        loss_weights={"category": 1.0, "price": 0.5, "popularity": 0.3},
        metrics={
            "category": ["accuracy", "sparse_top_k_categorical_accuracy"],
            "popularity": [
                keras.metrics.AUC(curve="PR", name="pr_auc"),
                keras.metrics.Precision(thresholds=[0.3, 0.7]),
            ],
        },
        weighted_metrics={"price": ["mse"]},
    )
    return model
