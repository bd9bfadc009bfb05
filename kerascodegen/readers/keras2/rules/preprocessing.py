"""Rules for preprocessing layers, which moved and were renamed several times."""

from __future__ import annotations

from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import layer_rule

_RANDOM = (
    "RandomBrightness",
    "RandomContrast",
    "RandomCrop",
    "RandomFlip",
    "RandomRotation",
    "RandomTranslation",
    "RandomZoom",
)
_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


@layer_rule(*_RANDOM)
def random_type(item: Item) -> None:
    """`rng_type` said how numbers are drawn (`BaseRandomLayer` in base_layer.py)."""
    item.drop("rng_type", "force_generator")


@layer_rule("RandomCrop")
def crop_at_inference(item: Item) -> None:
    """Without training it resized, which that of Keras 3 leaves undone.

    `RandomCrop.call` in image_preprocessing.py, against `transform_images` in Keras 3
    (image_preprocessing/random_crop.py): there the images keep their size.
    """
    size = {key: item.config.get(key) for key in ("height", "width")}
    item.follower = ("Resizing", {**size, "crop_to_aspect_ratio": True})
    item.changed("a Resizing behind it does what it did at inference")


@layer_rule("TextVectorization", "CategoryEncoding", "StringLookup", "IntegerLookup")
def output_mode(item: Item) -> None:
    """Modes were spelled otherwise until TensorFlow 2.6 (index_lookup.py)."""
    mode = item.config.get("output_mode")
    if isinstance(mode, str) and mode in _MODES:
        item.config["output_mode"] = _MODES[mode]
        item.changed(f"output_mode {mode} is called {_MODES[mode]}")


@layer_rule("CategoryEncoding")
def num_tokens(item: Item) -> None:
    """`max_tokens` until TensorFlow 2.5 (category_encoding.py)."""
    item.rename("max_tokens", "num_tokens")


@layer_rule("Discretization")
def bins(item: Item) -> None:
    """`bins` were the boundaries until TensorFlow 2.5 (discretization.py)."""
    if isinstance(item.config.get("bins"), list):
        item.rename("bins", "bin_boundaries")


@layer_rule("TextVectorization")
def text_vectorization_keys(item: Item) -> None:
    """Keys of the lookup inside it (text_vectorization.py)."""
    item.drop("has_input_vocabulary", "num_oov_indices")


@layer_rule("StringLookup", "IntegerLookup", "TextVectorization")
def lookup_dtype(item: Item) -> None:
    """What went in or came out, which the output mode says (index_lookup.py)."""
    if item.config.get("dtype") in ("string", "int64"):
        del item.config["dtype"]


@layer_rule("StringLookup", "IntegerLookup")
def lookup_keys(item: Item) -> None:
    """Keys that only told how the table was made (index_lookup.py)."""
    item.drop("has_input_vocabulary", "vocabulary_dtype", "max_values")
    item.rename("max_vocab_size", "max_tokens")
    item.rename("oov_value", "oov_token")
    item.rename("mask_value", "mask_token")


@layer_rule("Normalization")
def statistics(item: Item) -> None:
    """What `adapt` learnt stands in the weights, not here (normalization.py)."""
    for key in ("mean", "variance"):
        value = item.config.get(key)
        if isinstance(value, dict) and value.get("type") == "ndarray":
            item.config[key] = value.get("value")


@layer_rule("Rescaling", "Resizing", "CenterCrop")
def scale_keys(item: Item) -> None:
    """`name`d in the config as all layers; nothing else differs."""
    item.drop("rng_type")
