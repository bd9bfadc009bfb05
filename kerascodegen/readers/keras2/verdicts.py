"""What Keras 3 does with each thing that a rule changes, had it loaded the old file.

By the rule's name. All of it was measured: `tests/keras2/test_verdicts.py` makes a
model of tf_keras with each thing, saves it as `.h5` and gives it to the installed
Keras. Those first are of most consequence.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kerascodegen.graph.rescue import Change


class Outcome(Enum):
    """What becomes of a model that has the thing, where Keras 3 loads it."""

    REFUSED = "refused"
    OTHER = "other"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Keras 3 does.

    Attributes:
        outcome: What becomes of the model.
        says: The same as a sentence.
        taken: Things of the rule (`Change.thing`) that make no difference after all.
    """

    outcome: Outcome
    says: str
    taken: frozenset[str] = frozenset()


def _refused(says: str, *taken: str) -> Verdict:
    return Verdict(Outcome.REFUSED, says, frozenset(taken))


def _other(says: str) -> Verdict:
    return Verdict(Outcome.OTHER, says)


def _same(says: str) -> Verdict:
    return Verdict(Outcome.SAME, says)


_UNKNOWN_NAME = "Keras 3 does not know a class of that name."
_KEYWORD = "Keras 3 refuses an argument that it does not have."
_KERAS_1 = "Keras 3 does not know the names that Keras 1 had."

VERDICTS: dict[str, Verdict] = {
    # Layers that are gone.
    "raw_op": _refused(
        "TensorFlow calls on tensors are layers of their own in the file (TFOpLambda, "
        "SlicingOpLambda, TensorFlowOpLayer), which Keras 3 does not know."
    ),
    "lambda_code": _refused(
        "Keras 3 does not load a Lambda unless it is allowed to run what stands in "
        "the file (safe_mode=False)."
    ),
    "live_lambda": _refused(
        "A saved Lambda is bytecode, which Keras 3 does not load unless it is allowed "
        "to run it (safe_mode=False)."
    ),
    "locally_connected": _refused("LocallyConnected is gone from Keras 3."),
    "random_size": _refused("RandomHeight and RandomWidth are gone from Keras 3."),
    "cudnn_lstm": _refused("CuDNNLSTM is gone from Keras 3."),
    "cudnn_gru": _refused("CuDNNGRU is gone from Keras 3."),
    "thresholded_relu": _refused("ThresholdedReLU is gone from Keras 3."),
    "added_loss": _refused("Losses and metrics added to a model are gone."),
    "merge": _refused("Merge is gone from Keras 3."),
    "dense_of_keras_1": _refused("MaxoutDense and Highway went with Keras 1."),
    "application_layer": _refused(
        "Keras 3 does not find layers of keras.applications by their names alone."
    ),
    "class_alias": _refused(_UNKNOWN_NAME),
    "synchronized": _refused("SyncBatchNormalization is gone from Keras 3."),
    # Calls.
    "nested_model": _refused(
        "Keras 3 misreads how models inside a model are called, or what the first "
        "layer inside a Sequential was told."
    ),
    "model_in_layer": _refused(
        "Keras 3 does not find the class of a model inside a wrapper."
    ),
    "states_in_list": _refused(
        "Keras 3 takes states that a recurrent layer is given for further inputs."
    ),
    "sequential_rank": _refused(
        "Without an InputLayer in the file, Keras 3 takes the batch that the first "
        "layer was told for an axis of the input, one more than the layer takes."
    ),
    "shapes_of_build": _refused(
        "Keras 3 calls MultiHeadAttention with its query alone, and refuses the shapes "
        "that it was built with."
    ),
    "score_mode": _refused(
        'Keras 3 takes the score_mode "dot" for the function keras.ops.dot.'
    ),
    "causal": _refused("Attention has no argument causal in Keras 3."),
    "slash_in_name": _refused("Keras 3 allows no slash in a layer's name."),
    # Arguments.
    "time_major": _refused(
        "Recurrent layers have no argument time_major in Keras 3, whatever its value."
    ),
    "reset_after": _refused(
        "Keras 3 takes reset_after=True where nothing is said; then the weights do "
        "not fit."
    ),
    "groups_of_others": _refused(
        "Only plain convolutions have an argument groups in Keras 3."
    ),
    "kernel_arguments": _refused(
        "Separable and depthwise convolutions have no kernel_* arguments in Keras 3."
    ),
    "batch_normalization_extras": _refused(
        _KEYWORD, "renorm", "renorm_clipping", "renorm_momentum"
    ),
    "layer_normalization_axis": _refused(
        "LayerNormalization over several axes has a gamma of one axis in Keras 3, so "
        "the weights do not fit.",
        "one",
    ),
    "trainable_of_weightless": _refused(
        "Some layers without weights take no argument trainable in Keras 3."
    ),
    "dtype_policy": _refused(
        'Keras 3 does not know a "Policy", nor a dtype of "_infer".', "DTypePolicy"
    ),
    "spatial_noise_shape": _refused(_KEYWORD),
    "random_type": _refused("Keras 3 has no argument rng_type."),
    "dropout_seed": _refused("Keras 3 has no argument rng_type."),
    "noise_keys": _refused("Keras 3 has no argument rng_type."),
    "implementation": _refused(_KEYWORD, "implementation", "input_dim"),
    "implementation_keys": _refused(_KEYWORD, "input_dim"),
    "silent_keys": _refused(_KEYWORD, "input_dim"),
    "internal_keys": _refused(_KEYWORD),
    "cell_states": _refused(_KEYWORD),
    "bidirectional_keys": _refused(_KEYWORD),
    "conv_lstm_keys": _refused(_KEYWORD),
    "input_length": _refused(_KEYWORD, "input_length"),
    "scale_keys": _refused(_KEYWORD),
    "activity_keys": _refused(_KEYWORD),
    "array_argument": _refused("Keras 3 cannot read a number kept as an array."),
    "scalar_arguments": _refused("Keras 3 takes a number there."),
    "output_mode": _refused("Keras 3 does not know that output_mode."),
    "num_tokens": _refused("CategoryEncoding has no argument max_tokens in Keras 3."),
    "bins": _refused("Discretization has no argument bins in Keras 3."),
    "lookup_keys": _refused(_KEYWORD, "has_input_vocabulary"),
    "text_vectorization_keys": _refused(_KEYWORD),
    "input_shape_on_layer": _refused(_KEYWORD, "batch_input_shape"),
    # What stands inside layers.
    "activation_name": _refused("Keras 3 does not know the activation by that name."),
    "versioned_initializer": _refused(
        "Keras 3 does not know initializers with a version in their names."
    ),
    "initializer_dtype": _refused("Initializers have no argument dtype in Keras 3."),
    "constraint_keys": _refused(_KEYWORD),
    # Keras 1.
    "dim_ordering": _refused(_KERAS_1),
    "input_dtype": _refused(_KERAS_1),
    "convolution_arguments": _refused(_KERAS_1),
    "dense_arguments": _refused(_KERAS_1),
    "embedding_arguments": _refused(_KERAS_1),
    "recurrent_arguments": _refused(_KERAS_1),
    "pooling_arguments": _refused(_KERAS_1),
    "dropout_rate": _refused(_KERAS_1),
    "other_arguments": _refused(_KERAS_1),
    "four_paddings": _refused("Keras 3 takes a pair for each axis as padding."),
    # Compile settings.
    "loss_arguments": _refused(
        'Losses have no argument fn in Keras 3, and no reduction "auto".'
    ),
    "metric_arguments": _refused("Metrics have no argument fn in Keras 3."),
    "loss_name": _refused(
        "Keras 3 takes a loss by a short or old name for a metric, and stops."
    ),
    "loss_scaling": _refused("Keras 3 does not read a LossScaleOptimizer of Keras 2."),
    "renamed_arguments": _refused("Optimizers have no argument lr in Keras 3."),
    # What is loaded, but is not what it was.
    "hard_sigmoid": _other(
        "hard_sigmoid has another slope in Keras 3 (x / 6 + 0.5, no longer 0.2 * x + "
        "0.5), so predictions differ and nothing says so."
    ),
    "mask_of_merge": _other(
        'Keras 3 joins the masks of a merge by "or", and forgets them where an input '
        "has none, so that masked steps count behind it."
    ),
    "masks_of_steps": _other(
        "TimeDistributed does not give on the mask of the layer inside in Keras 3, so "
        "that masked steps count behind it."
    ),
    "crop_at_inference": _other(
        "RandomCrop leaves images as they are at inference in Keras 3, where that of "
        "Keras 2 resized them."
    ),
    "custom_optimizer": _other(
        "Keras 3 makes the optimizer with default arguments: its learning rate and "
        "all else are lost, and nothing says so."
    ),
    "sequential_shape": _other(
        "Without an InputLayer in the file, Keras 3 takes the batch that the first "
        "layer was told for an axis of the input: the model wants one axis more."
    ),
    "learning_rate": _other("Keras 3 ignores the decay of an optimizer."),
    "sample_weight_mode": _other("Keras 3 ignores sample_weight_mode."),
    # What Keras 3 reads as well.
    "sequential_input": _same("Keras 3 makes the same Input."),
    "one_axis": _same("Keras 3 takes a list of one axis."),
    "leaky_alpha": _same("Keras 3 takes alpha as well."),
    "interpolation": _same("Keras 3 takes it on TensorFlow, not on JAX."),
    "variance_scaling": _same("Keras 3 makes the same initializer."),
    "one_penalty": _same("Keras 3 makes the same regularizer."),
}
# Of a rule without a verdict, which a test does not allow.
_NOT_MEASURED = _refused("Keras 3 does not have it as it was.")
_RANKS = {rule: rank for rank, rule in enumerate(VERDICTS)}


def verdict_of(change: Change, container: str) -> Verdict:
    """Say what Keras 3 does with something that a rule changed.

    Args:
        change: What was changed.
        container: What the model was read from, as in `Rescue`.

    Returns:
        The verdict.
    """
    verdict = VERDICTS.get(change.rule, _NOT_MEASURED)
    if container == "keras" and change.thing == "batch_input_shape":
        # Of an `.h5`, Keras 3 takes it out of the config by itself.
        return verdict
    if change.thing and change.thing in verdict.taken:
        return _same("Keras 3 takes it as well.")
    return verdict


def rank(rule: str) -> int:
    """Give the place of a rule in the order of consequence."""
    return _RANKS.get(rule, len(_RANKS))
