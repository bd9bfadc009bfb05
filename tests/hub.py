"""Small backbones of keras_hub that need no download, for whoever has it installed.

`BACKBONES` maps a class name of `keras_hub.models` to a function without arguments
that builds a small one. keras_hub is imported when it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

_TEXT = {"vocabulary_size": 64, "num_layers": 2, "hidden_dim": 8}
_ENCODER = {**_TEXT, "num_heads": 2, "intermediate_dim": 16}
_SHORT = {**_ENCODER, "max_sequence_length": 12}
_GROUPED = {
    **_TEXT,
    "num_query_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_dim": 16,
}
_RESNET = {
    "input_conv_filters": [64],
    "input_conv_kernel_sizes": [7],
    "stackwise_num_filters": [64, 64, 64],
    "stackwise_num_blocks": [1, 1, 1],
    "stackwise_num_strides": [1, 2, 2],
    "block_type": "basic_block",
    "image_shape": (32, 32, 3),
}

# What is given by plain arguments.
ARGUMENTS: dict[str, dict[str, Any]] = {
    "AlbertBackbone": {**_SHORT, "embedding_dim": 8},
    "BartBackbone": _SHORT,
    "BertBackbone": _SHORT,
    "BloomBackbone": _ENCODER,
    "CSPNetBackbone": {
        "stem_filters": 4,
        "stem_kernel_size": 3,
        "stem_strides": 1,
        "stackwise_depth": [1, 1, 1],
        "stackwise_strides": [1, 2, 2],
        "stackwise_num_filters": [4, 4, 4],
        "block_type": "dark_block",
        "stage_type": "dark",
        "image_shape": (32, 32, 3),
    },
    "DINOV2Backbone": {
        "patch_size": 4,
        "num_layers": 2,
        "hidden_dim": 8,
        "num_heads": 2,
        "intermediate_dim": 16,
        "image_shape": (16, 16, 3),
        "position_embedding_shape": (16, 16, 3),
    },
    "DINOV3Backbone": {
        "patch_size": 4,
        "num_layers": 2,
        "hidden_dim": 8,
        "num_heads": 2,
        "intermediate_dim": 16,
        "image_shape": (16, 16, 3),
    },
    "DebertaV3Backbone": {**_SHORT, "bucket_size": 4},
    "DeiTBackbone": {
        "image_shape": (16, 16, 3),
        "patch_size": 4,
        "num_layers": 2,
        "num_heads": 2,
        "hidden_dim": 8,
        "intermediate_dim": 16,
    },
    "DenseNetBackbone": {
        "stackwise_num_repeats": [1, 1],
        "growth_rate": 4,
        "image_shape": (32, 32, 3),
    },
    "DistilBertBackbone": _SHORT,
    "ESMBackbone": _SHORT,
    "EdRecBackbone": {
        "vocab_size": 64,
        "num_layers_enc": 2,
        "num_layers_dec": 2,
        "hidden_dim": 8,
        "intermediate_dim": 16,
        "num_heads": 2,
    },
    "EfficientNetBackbone": {
        "stackwise_width_coefficients": [1.0] * 2,
        "stackwise_depth_coefficients": [1.0] * 2,
        "stackwise_kernel_sizes": [3, 3],
        "stackwise_num_repeats": [1, 2],
        "stackwise_input_filters": [8, 8],
        "stackwise_output_filters": [8, 8],
        "stackwise_expansion_ratios": [1, 6],
        "stackwise_squeeze_and_excite_ratios": [0.25, 0.25],
        "stackwise_strides": [1, 2],
        "stackwise_block_types": ["v1", "v1"],
        "stackwise_force_input_filters": [0, 0],
        "stackwise_nores_option": [False, False],
        "input_shape": (32, 32, 3),
    },
    "ElectraBackbone": {
        "vocab_size": 64,
        "num_layers": 2,
        "num_heads": 2,
        "hidden_dim": 8,
        "embedding_dim": 8,
        "intermediate_dim": 16,
        "max_sequence_length": 12,
    },
    "FNetBackbone": {
        **_TEXT,
        "intermediate_dim": 16,
        "max_sequence_length": 12,
    },
    "FalconBackbone": {**_TEXT, "num_attention_heads": 2, "intermediate_dim": 16},
    "GPT2Backbone": _SHORT,
    "GPTNeoXBackbone": {**_SHORT, "rotary_percentage": 0.5},
    "Gemma3Backbone": {**_GROUPED, "image_size": 16, "head_dim": 4},
    "GemmaBackbone": {**_GROUPED, "head_dim": 4},
    "GptOssBackbone": {**_GROUPED, "num_experts": 2},
    "HGNetV2Backbone": {
        "depths": [1, 1],
        "embedding_size": 8,
        "hidden_sizes": [8, 16],
        "stem_channels": [3, 8, 8],
        "hidden_act": "relu",
        "use_learnable_affine_block": False,
        "stackwise_stage_filters": [[8, 4, 8, 1, 2, 3], [8, 4, 16, 1, 2, 3]],
        "apply_downsample": [False, True],
        "use_lightweight_conv_block": [False, False],
        "image_shape": (32, 32, 3),
    },
    "Llama3Backbone": _GROUPED,
    "LlamaBackbone": _GROUPED,
    "MiTBackbone": {
        "layerwise_depths": [1, 1],
        "num_layers": 2,
        "layerwise_num_heads": [1, 2],
        "layerwise_sr_ratios": [2, 1],
        "max_drop_path_rate": 0.1,
        "layerwise_patch_sizes": [7, 3],
        "layerwise_strides": [4, 2],
        "image_shape": (32, 32, 3),
        "hidden_dims": [4, 8],
    },
    "MistralBackbone": _GROUPED,
    "MixtralBackbone": {**_GROUPED, "num_experts": 2},
    "MobileNetBackbone": {
        "stackwise_expansion": [[8, 8], [8]],
        "stackwise_num_blocks": [2, 1],
        "stackwise_num_filters": [[8, 8], [8]],
        "stackwise_kernel_size": [[3, 3], [3]],
        "stackwise_num_strides": [[2, 1], [1]],
        "stackwise_se_ratio": [[0.25, None], [None]],
        "stackwise_activation": [["relu", "relu"], ["hard_swish"]],
        "stackwise_padding": [[1, 1], [1]],
        "output_num_filters": 16,
        "depthwise_filters": 8,
        "depthwise_stride": 2,
        "depthwise_residual": False,
        "last_layer_filter": 16,
        "input_num_filters": 8,
        "image_shape": (32, 32, 3),
    },
    "MoonshineBackbone": {
        "vocabulary_size": 64,
        "filter_dim": 16,
        "encoder_num_layers": 2,
        "decoder_num_layers": 2,
        "hidden_dim": 16,
        "intermediate_dim": 16,
        "encoder_num_heads": 2,
        "decoder_num_heads": 2,
    },
    "OPTBackbone": _SHORT,
    "PaliGemmaBackbone": {
        **_GROUPED,
        "image_size": 16,
        "head_dim": 4,
        "vit_patch_size": 4,
        "vit_num_heads": 2,
        "vit_hidden_dim": 8,
        "vit_num_layers": 2,
        "vit_intermediate_dim": 16,
    },
    "Phi3Backbone": _GROUPED,
    "Qwen3Backbone": {**_GROUPED, "head_dim": 4},
    "Qwen3MoeBackbone": {
        **_GROUPED,
        "moe_intermediate_dim": 8,
        "num_experts": 2,
        "top_k": 1,
        "head_dim": 4,
    },
    "QwenBackbone": _GROUPED,
    "QwenMoeBackbone": {
        **_GROUPED,
        "moe_intermediate_dim": 8,
        "shared_expert_intermediate_dim": 8,
        "num_experts": 2,
        "top_k": 1,
    },
    "RWKV7Backbone": {
        "hidden_size": 16,
        "head_size": 8,
        "num_layers": 2,
        "vocabulary_size": 64,
        "intermediate_dim": 16,
        "gate_lora": 4,
        "mv_lora": 4,
        "aaa_lora": 4,
        "decay_lora": 4,
    },
    "ResNetBackbone": _RESNET,
    "RobertaBackbone": _SHORT,
    "RoformerV2Backbone": {**_ENCODER, "head_size": 4},
    "SmolLM3Backbone": {
        "vocabulary_size": 64,
        "hidden_dim": 8,
        "intermediate_dim": 16,
        "num_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 2,
        "attention_bias": False,
        "attention_dropout": 0.0,
        "rope_layer_enabled_list": [True, True],
        "layer_types": ["attention", "attention"],
        "mlp_bias": False,
        "layer_norm_epsilon": 1e-6,
        "max_position_embeddings": 32,
        "rope_theta": 10000.0,
        "partial_rotary_factor": 1.0,
    },
    "SwinTransformerBackbone": {
        "image_shape": (32, 32, 3),
        "embed_dim": 8,
        "depths": [2, 2],
        "num_heads": [1, 2],
        "window_size": 4,
    },
    "T5Backbone": _ENCODER,
    "T5GemmaBackbone": {
        "vocabulary_size": 64,
        "sliding_window": 4,
        "cross_attention_hidden_size": 8,
        **{
            f"{side}_{name}": value
            for side in ("encoder", "decoder")
            for name, value in {
                "hidden_dim": 8,
                "intermediate_dim": 16,
                "num_layers": 2,
                "num_attention_heads": 2,
                "num_key_value_heads": 1,
                "head_dim": 4,
                "layer_types": ["sliding_attention", "full_attention"],
            }.items()
        },
    },
    "VGGBackbone": {
        "stackwise_num_repeats": [1, 1],
        "stackwise_num_filters": [4, 8],
        "image_shape": (32, 32, 3),
    },
    "ViTBackbone": {
        "image_shape": (16, 16, 3),
        "patch_size": (4, 4),
        "num_layers": 2,
        "num_heads": 2,
        "hidden_dim": 8,
        "mlp_dim": 16,
    },
    "ViTDetBackbone": {
        "hidden_size": 8,
        "num_layers": 2,
        "intermediate_dim": 16,
        "num_heads": 2,
        "global_attention_layer_indices": [1],
        "image_shape": (32, 32, 3),
        "patch_size": 8,
        "num_output_channels": 8,
        "window_size": 2,
    },
    "VideoPrismBackbone": {
        "num_frames": 2,
        "patch_size": 8,
        "hidden_dim": 8,
        "intermediate_dim": 16,
        "num_heads": 2,
        "num_spatial_layers": 1,
        "num_temporal_layers": 1,
        "num_auxiliary_layers": 0,
        "image_shape": (16, 16, 3),
    },
    "WhisperBackbone": {
        **_ENCODER,
        "num_mels": 8,
        "max_encoder_sequence_length": 12,
        "max_decoder_sequence_length": 8,
    },
    "XLMRobertaBackbone": _SHORT,
    "XLNetBackbone": _ENCODER,
    "XceptionBackbone": {
        "stackwise_conv_filters": [[4, 4], [8, 8]],
        "stackwise_pooling": [True, False],
        "image_shape": (32, 32, 3),
    },
}


def _resnet(**changes: Any) -> keras.Model:
    import keras_hub

    return keras_hub.models.ResNetBackbone(**{**_RESNET, **changes})


def _deeplab() -> keras.Model:
    import keras_hub

    return keras_hub.models.DeepLabV3Backbone(
        image_encoder=_resnet(),
        low_level_feature_key="P2",
        spatial_pyramid_pooling_key="P4",
        dilation_rates=[6, 12, 18],
        upsampling_size=4,
        projection_filters=4,
        image_shape=(32, 32, 3),
    )


def _parseq() -> keras.Model:
    import keras_hub

    encoder = keras_hub.models.ViTBackbone(
        **{**ARGUMENTS["ViTBackbone"], "use_class_token": False}
    )
    return keras_hub.models.PARSeqBackbone(
        image_encoder=encoder,
        vocabulary_size=16,
        max_label_length=5,
        decoder_hidden_dim=8,
        num_decoder_layers=1,
        num_decoder_heads=2,
        decoder_mlp_dim=16,
    )


def _retinanet() -> keras.Model:
    import keras_hub

    return keras_hub.models.RetinaNetBackbone(
        image_encoder=_resnet(
            stackwise_num_filters=[64, 64, 64, 64],
            stackwise_num_blocks=[1, 1, 1, 1],
            stackwise_num_strides=[1, 2, 2, 2],
            image_shape=(64, 64, 3),
        ),
        min_level=3,
        max_level=5,
        use_p5=False,
        image_shape=(64, 64, 3),
    )


def _segformer() -> keras.Model:
    import keras_hub

    encoder = keras_hub.models.MiTBackbone(
        layerwise_depths=[1, 1, 1, 1],
        num_layers=4,
        layerwise_num_heads=[1, 1, 1, 1],
        layerwise_sr_ratios=[8, 4, 2, 1],
        max_drop_path_rate=0.1,
        layerwise_patch_sizes=[7, 3, 3, 3],
        layerwise_strides=[4, 2, 2, 2],
        image_shape=(64, 64, 3),
        hidden_dims=[4, 8, 12, 16],
    )
    return keras_hub.models.SegFormerBackbone(
        image_encoder=encoder, projection_filters=8
    )


def _by_arguments(name: str) -> Callable[[], keras.Model]:
    def build() -> keras.Model:
        import keras_hub

        model: keras.Model = getattr(keras_hub.models, name)(**ARGUMENTS[name])
        return model

    return build


BACKBONES: dict[str, Callable[[], keras.Model]] = {
    **{name: _by_arguments(name) for name in ARGUMENTS},
    "DeepLabV3Backbone": _deeplab,
    "PARSeqBackbone": _parseq,
    "RetinaNetBackbone": _retinanet,
    "SegFormerBackbone": _segformer,
}
