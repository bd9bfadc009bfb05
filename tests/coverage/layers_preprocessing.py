"""An instance of every preprocessing layer, called in a model."""

from collections.abc import Callable
from typing import Any

from keras import layers

from tests.coverage.layers_plain import Call

_RANGE = (0.0, 1.0)


def _image(layer: Callable[[], Any]) -> Call:
    return lambda k: layer()(k.f(None, 16, 16, 3))


FEATURES: dict[str, Call] = {
    "CategoryEncoding": lambda k: layers.CategoryEncoding(
        num_tokens=12, output_mode="count"
    )(k.i(None, 3), count_weights=k.f(None, 3)),
    "Discretization": lambda k: layers.Discretization(
        bin_boundaries=[0.0, 0.5, 1.0], output_mode="one_hot"
    )(k.f(None, 1)),
    "HashedCrossing": lambda k: layers.HashedCrossing(7, output_mode="one_hot")(
        [k.s(None, 1), k.i(None, 1)]
    ),
    "Hashing": lambda k: layers.Hashing(
        5, mask_value="", salt=[1, 2], output_mode="multi_hot"
    )(k.s(None, 3)),
    "IntegerLookup": lambda k: layers.IntegerLookup(
        vocabulary=[3, 5, 7], num_oov_indices=2, mask_token=0, output_mode="count"
    )(k.i(None, 3)),
    "MelSpectrogram": lambda k: layers.MelSpectrogram(
        fft_length=64, sequence_stride=16, num_mel_bins=8, max_freq=3000
    )(k.f(None, 256)),
    "Normalization": lambda k: layers.Normalization(
        mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0], invert=True
    )(k.f(None, 3)),
    "STFTSpectrogram": lambda k: layers.STFTSpectrogram(
        mode="psd", frame_length=32, frame_step=8, padding="same", expand_dims=True
    )(k.f(None, 128, 1)),
    "StringLookup": lambda k: layers.StringLookup(
        vocabulary=["the", "model"], mask_token="", oov_token="[?]", num_oov_indices=2
    )(k.s(None, 3)),
    "TextVectorization": lambda k: layers.TextVectorization(
        vocabulary=["the", "model"], output_sequence_length=5, standardize="lower"
    )(k.s(None, 1)),
}

IMAGES: dict[str, Call] = {
    "AugMix": _image(
        lambda: layers.AugMix(_RANGE, num_chains=2, all_ops=False, seed=1)
    ),
    "AutoContrast": _image(lambda: layers.AutoContrast(_RANGE)),
    "CenterCrop": _image(lambda: layers.CenterCrop(5, 6)),
    "ContrastLimitedAdaptiveHistogramEqualization": _image(
        lambda: layers.ContrastLimitedAdaptiveHistogramEqualization(
            _RANGE, clip_limit=2.0, tile_grid_size=(4, 4)
        )
    ),
    "CutMix": _image(lambda: layers.CutMix(factor=0.5, seed=1)),
    # By itself it gives back the very tensor that it is called on, which is a cycle.
    "Equalization": _image(
        lambda: layers.Pipeline([layers.Equalization(_RANGE, bins=64)])
    ),
    "MaxNumBoundingBoxes": _image(lambda: layers.MaxNumBoundingBoxes(4)),
    "MixUp": _image(lambda: layers.MixUp(alpha=0.5, seed=1)),
    "Pipeline": _image(
        lambda: layers.Pipeline([layers.Rescaling(0.5), layers.RandomFlip(seed=1)])
    ),
    "RandAugment": _image(lambda: layers.RandAugment(_RANGE, num_ops=1, factor=0.2)),
    "RandomBrightness": _image(lambda: layers.RandomBrightness((-0.1, 0.2), _RANGE)),
    "RandomColorDegeneration": _image(
        lambda: layers.RandomColorDegeneration((0.1, 0.2), seed=1)
    ),
    "RandomColorJitter": _image(
        lambda: layers.RandomColorJitter(_RANGE, 0.1, (0.1, 0.2), hue_factor=0.3)
    ),
    "RandomContrast": _image(lambda: layers.RandomContrast(0.2, _RANGE, seed=1)),
    "RandomCrop": _image(lambda: layers.RandomCrop(6, 5, seed=1)),
    "RandomElasticTransform": _image(
        lambda: layers.RandomElasticTransform(0.5, (0.2, 0.5), fill_mode="constant")
    ),
    "RandomErasing": _image(lambda: layers.RandomErasing(0.5, fill_value=0.5, seed=1)),
    "RandomFlip": _image(lambda: layers.RandomFlip("vertical", seed=1)),
    "RandomGaussianBlur": _image(
        lambda: layers.RandomGaussianBlur(0.4, (3, 5), (0.2, 1.0), _RANGE)
    ),
    "RandomGrayscale": _image(lambda: layers.RandomGrayscale(0.3)),
    "RandomHue": _image(lambda: layers.RandomHue((0.1, 0.2), _RANGE, seed=1)),
    "RandomInvert": _image(lambda: layers.RandomInvert(0.3, _RANGE, seed=1)),
    "RandomPerspective": _image(
        lambda: layers.RandomPerspective(0.5, 0.3, "nearest", fill_value=1.0)
    ),
    "RandomPosterization": _image(lambda: layers.RandomPosterization(4, _RANGE)),
    "RandomRotation": _image(
        lambda: layers.RandomRotation(
            (-0.1, 0.2), "constant", "nearest", fill_value=2.0
        )
    ),
    "RandomSaturation": _image(lambda: layers.RandomSaturation((0.3, 0.6), seed=1)),
    "RandomSharpness": _image(lambda: layers.RandomSharpness((0.3, 0.6), seed=1)),
    "RandomShear": _image(
        lambda: layers.RandomShear(0.2, (0.1, 0.2), fill_mode="wrap")
    ),
    "RandomTranslation": _image(
        lambda: layers.RandomTranslation((-0.1, 0.2), 0.1, fill_mode="nearest", seed=1)
    ),
    "RandomZoom": _image(lambda: layers.RandomZoom((-0.2, 0.1), fill_mode="wrap")),
    "Rescaling": _image(lambda: layers.Rescaling(1 / 127.5, offset=-1)),
    "Resizing": _image(
        lambda: layers.Resizing(
            6, 7, "lanczos3", pad_to_aspect_ratio=True, fill_value=1.5
        )
    ),
    "Solarization": _image(lambda: layers.Solarization(0.1, (0.1, 0.5), _RANGE)),
}
