"""Rules for convolutions, pooling and resampling."""

from __future__ import annotations

from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import layer_rule

_DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
_TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
_SEPARABLE = ("SeparableConv1D", "SeparableConv2D")
_RESIZED = {"nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"}


@layer_rule(*_DEPTHWISE, *_TRANSPOSED, *_SEPARABLE)
def groups_of_others(item: Item) -> None:
    """`Conv.get_config` wrote `groups` for all its subclasses (K#19441, K#19151)."""
    groups = item.config.get("groups", 1)
    if groups != 1:
        raise item.refuse(
            f"{item.cls} with groups={groups!r} is not in Keras 3. Write it with "
            "groups=1, or as a custom layer."
        )
    item.drop("groups")


@layer_rule(*_SEPARABLE, *_DEPTHWISE)
def kernel_arguments(item: Item) -> None:
    """Inherited `kernel_*` arguments; `depthwise_*` are the real ones.

    `SeparableConv.get_config` in convolutional/base_separable_conv.py.
    """
    item.drop("kernel_initializer", "kernel_regularizer", "kernel_constraint")
    if item.cls in _DEPTHWISE:
        item.drop("filters")


@layer_rule("UpSampling2D")
def interpolation(item: Item) -> None:
    """Ways of resizing that `tf.image.resize` had and Keras 3 has not.

    Each new pixel lies in one old pixel, since sizes are whole numbers, so their areas
    are what is nearest.
    """
    how = item.config.get("interpolation", "nearest")
    if how == "area":
        item.config["interpolation"] = how = "nearest"
        item.changed("interpolation area is the same as nearest here")
    if not isinstance(how, str) or how not in _RESIZED:
        raise item.refuse(
            f"UpSampling2D with interpolation={str(how)[:20]!r} is not in Keras 3, "
            "which has nearest, bilinear, bicubic, lanczos3 and lanczos5."
        )


@layer_rule("Conv1D", "Conv2D", "Conv3D", "Dense")
def implementation_keys(item: Item) -> None:
    """Arguments of a few releases: `input_dim` of Dense, `rank` of `Conv`."""
    item.drop("rank", "input_dim")
