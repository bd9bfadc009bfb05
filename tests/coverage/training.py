"""What `compile` takes: an instance of every class, with other values."""

from collections.abc import Callable
from typing import Any

import keras
from keras import losses, metrics, optimizers
from keras.optimizers import schedules

Make = Callable[[], Any]


def _loss(name: str, **arguments: Any) -> Make:
    return lambda: getattr(losses, name)(reduction="sum", name="given", **arguments)


def _metric(name: str, **arguments: Any) -> Make:
    return lambda: getattr(metrics, name)(name="given", **arguments)


def _optimizer(name: str, **arguments: Any) -> Make:
    return lambda: getattr(optimizers, name)(
        learning_rate=0.3, weight_decay=0.004, clipnorm=1.5, use_ema=True, **arguments
    )


LOSSES: dict[str, Make] = {
    "BinaryCrossentropy": _loss("BinaryCrossentropy", label_smoothing=0.1, axis=0),
    "BinaryFocalCrossentropy": _loss(
        "BinaryFocalCrossentropy", apply_class_balancing=True, alpha=0.1, gamma=3.0
    ),
    "CTC": _loss("CTC"),
    "CategoricalCrossentropy": _loss("CategoricalCrossentropy", from_logits=True),
    "CategoricalFocalCrossentropy": _loss(
        "CategoricalFocalCrossentropy", alpha=0.1, gamma=3.0, label_smoothing=0.1
    ),
    "CategoricalGeneralizedCrossEntropy": _loss(
        "CategoricalGeneralizedCrossEntropy", q=0.3
    ),
    "CategoricalHinge": _loss("CategoricalHinge"),
    "Circle": _loss("Circle", gamma=60.0, margin=0.3, remove_diagonal=False),
    "CosineSimilarity": _loss("CosineSimilarity"),
    "Dice": _loss("Dice", axis=(1,)),
    "Hinge": _loss("Hinge"),
    "Huber": _loss("Huber"),
    "KLDivergence": _loss("KLDivergence"),
    "LogCosh": _loss("LogCosh"),
    "MeanAbsoluteError": _loss("MeanAbsoluteError"),
    "MeanAbsolutePercentageError": _loss("MeanAbsolutePercentageError"),
    "MeanSquaredError": _loss("MeanSquaredError"),
    "MeanSquaredLogarithmicError": _loss("MeanSquaredLogarithmicError"),
    "Poisson": _loss("Poisson"),
    "SparseCategoricalCrossentropy": _loss(
        "SparseCategoricalCrossentropy", from_logits=True, ignore_class=2
    ),
    "SquaredHinge": _loss("SquaredHinge"),
    "Tversky": _loss("Tversky", alpha=0.3, beta=0.7),
}
METRICS: dict[str, Make] = {
    "AUC": _metric("AUC", num_thresholds=50, curve="PR", summation_method="minoring"),
    "Accuracy": _metric("Accuracy"),
    "BinaryAccuracy": _metric("BinaryAccuracy", threshold=0.3),
    "BinaryCrossentropy": _metric("BinaryCrossentropy", label_smoothing=0.1),
    "BinaryIoU": _metric("BinaryIoU", target_class_ids=[1], threshold=0.3),
    "CategoricalAccuracy": _metric("CategoricalAccuracy"),
    "CategoricalCrossentropy": _metric("CategoricalCrossentropy", from_logits=True),
    "CategoricalHinge": _metric("CategoricalHinge"),
    "ConcordanceCorrelation": _metric("ConcordanceCorrelation", axis=0),
    "CosineSimilarity": _metric("CosineSimilarity"),
    "F1Score": _metric("F1Score", average="macro", threshold=0.3),
    "FBetaScore": _metric("FBetaScore", average="micro", beta=2.0),
    "FalseNegatives": _metric("FalseNegatives", thresholds=0.3),
    "FalsePositives": _metric("FalsePositives", thresholds=[0.3, 0.6]),
    "Hinge": _metric("Hinge"),
    "IoU": _metric("IoU", num_classes=3, target_class_ids=[0, 2], ignore_class=1),
    "KLDivergence": _metric("KLDivergence"),
    "LogCoshError": _metric("LogCoshError"),
    "Mean": _metric("Mean"),
    "MeanAbsoluteError": _metric("MeanAbsoluteError"),
    "MeanAbsolutePercentageError": _metric("MeanAbsolutePercentageError"),
    "MeanIoU": _metric("MeanIoU", num_classes=3, sparse_y_pred=False),
    "MeanMetricWrapper": _metric("MeanMetricWrapper", fn=losses.mean_squared_error),
    "MeanSquaredError": _metric("MeanSquaredError"),
    "MeanSquaredLogarithmicError": _metric("MeanSquaredLogarithmicError"),
    "OneHotIoU": _metric("OneHotIoU", num_classes=3, target_class_ids=[0, 2]),
    "OneHotMeanIoU": _metric("OneHotMeanIoU", num_classes=3, ignore_class=1),
    "PearsonCorrelation": _metric("PearsonCorrelation", axis=0),
    "Poisson": _metric("Poisson"),
    "Precision": _metric("Precision", thresholds=[0.3, 0.6], class_id=1),
    "PrecisionAtRecall": _metric("PrecisionAtRecall", recall=0.8, num_thresholds=50),
    "R2Score": _metric("R2Score", class_aggregation="variance_weighted_average"),
    "Recall": _metric("Recall", top_k=2, class_id=1),
    "RecallAtPrecision": _metric("RecallAtPrecision", precision=0.8, class_id=1),
    "RootMeanSquaredError": _metric("RootMeanSquaredError"),
    "SensitivityAtSpecificity": _metric("SensitivityAtSpecificity", specificity=0.8),
    "SparseCategoricalAccuracy": _metric("SparseCategoricalAccuracy"),
    "SparseCategoricalCrossentropy": _metric("SparseCategoricalCrossentropy", axis=1),
    "SparseTopKCategoricalAccuracy": _metric("SparseTopKCategoricalAccuracy", k=2),
    "SpecificityAtSensitivity": _metric("SpecificityAtSensitivity", sensitivity=0.8),
    "SquaredHinge": _metric("SquaredHinge"),
    "Sum": _metric("Sum"),
    "TopKCategoricalAccuracy": _metric("TopKCategoricalAccuracy", k=2),
    "TrueNegatives": _metric("TrueNegatives", thresholds=0.3),
    "TruePositives": _metric("TruePositives", thresholds=[0.3, 0.6]),
}
OPTIMIZERS: dict[str, Make] = {
    "Adadelta": _optimizer("Adadelta", rho=0.8),
    "Adafactor": _optimizer("Adafactor", beta_2_decay=-0.5, relative_step=False),
    "Adagrad": _optimizer("Adagrad", initial_accumulator_value=0.3),
    "Adam": _optimizer("Adam", beta_1=0.8, amsgrad=True),
    "AdamW": _optimizer("AdamW", beta_2=0.8),
    "Adamax": _optimizer("Adamax", epsilon=0.001),
    "Ftrl": _optimizer("Ftrl", l1_regularization_strength=0.1),
    "Lamb": _optimizer("Lamb", beta_1=0.8),
    "Lion": _optimizer("Lion", beta_1=0.8),
    "LossScaleOptimizer": lambda: optimizers.LossScaleOptimizer(
        optimizers.SGD(0.3, momentum=0.9), initial_scale=512.0
    ),
    "MultiOptimizer": lambda: optimizers.MultiOptimizer(
        optimizers.OptimizerMap(optimizers.SGD(0.3))
    ),
    "Muon": _optimizer("Muon", momentum=0.8, nesterov=False),
    "Nadam": _optimizer("Nadam", beta_1=0.8),
    "RMSprop": _optimizer("RMSprop", rho=0.8, centered=True),
    "SGD": _optimizer("SGD", momentum=0.8, nesterov=True),
    "ScheduleFreeAdamW": _optimizer("ScheduleFreeAdamW", warmup_steps=10),
}
SCHEDULES: dict[str, Make] = {
    "CosineDecay": lambda: schedules.CosineDecay(
        0.1, 100, alpha=0.2, warmup_target=0.5, warmup_steps=10
    ),
    "CosineDecayRestarts": lambda: schedules.CosineDecayRestarts(
        0.1, 100, t_mul=3.0, m_mul=0.5, alpha=0.2
    ),
    "ExponentialDecay": lambda: schedules.ExponentialDecay(0.1, 100, 0.5, True),
    "InverseTimeDecay": lambda: schedules.InverseTimeDecay(0.1, 100, 0.5, True),
    "PiecewiseConstantDecay": lambda: schedules.PiecewiseConstantDecay(
        [100, 200], [0.3, 0.2, 0.1], name="given"
    ),
    "PolynomialDecay": lambda: schedules.PolynomialDecay(0.1, 100, 0.01, 2.0, True),
}
ABSTRACT: dict[str, type] = {
    "LearningRateSchedule": schedules.LearningRateSchedule,
    "Loss": keras.Loss,
    "Metric": keras.Metric,
    "Optimizer": keras.Optimizer,
}
