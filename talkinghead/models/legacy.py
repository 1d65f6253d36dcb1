"""Model cards and weights of format 1 (before release 2): old names to those of today, as data.

A `*` in a tensor's name stands for the index of a layer; a name matches with all its suffixes.
"""

import re
from collections.abc import Mapping
from typing import Any

from torch import Tensor

FORMAT = 2  # of cards and weights written today

Names = Mapping[str, str]  # old name -> new name

MODELS: Names = {"voice network": "content-voice model", "sync expert": "SyncNet"}

CARD_FIELDS: Names = {
    "voice": "content_voice_model",
    "plan": "training",
    "spoken by": "audio_only_speakers",
    "talkers": "training_frames",
    "pairs": "training_pairs",
    "minutes": "training_minutes",
    "speakers": "training_speakers",
    "validation talkers": "validation_speakers",
    "validation": "metrics",
    "look ahead": "look_ahead",
    "licences": "data_licences",
    "encoder": "speaker_encoder",
    "measured": "measurement",
}

STYLE_FIELDS: Names = {
    "talker": "speaker",
    "ranges": "motion_ranges",
    "branch": "speaker_branch",
}

SIZES: Mapping[str, Names] = {
    "content branch": {
        "sound": "input_channels",
        "bands": "mel_bands",
        "speaker": "speaker_channels",
        "hidden": "lstm_channels",
        "layers": "lstm_layers",
        "wide": "conv_channels",
        "face": "face_channels",
    },
    "speaker branch": {
        "content": "content_channels",
        "speaker": "speaker_channels",
        "width": "token_channels",
        "voice": "speaker_bottleneck",
        "chance": "noise_channels",
        "brows": "brow_modes",
        "lips": "lip_modes",
    },
    "content-voice model": {
        "width": "conv_channels",
        "code": "code_channels",
        "speaker": "speaker_channels",
    },
    "SyncNet": {
        "face": "face_channels",
        "sound": "audio_channels",
        "vector": "embedding_channels",
    },
    "translator": {"base": "base_channels"},
    "speaking styles": {"speaker": "speaker_channels"},
}

_BLOCK = {"look": "conv", "mix": "pointwise"}
_ENCODER = {
    "front": "input_conv",
    "knows": "speaker_proj",
    "encoder.*.norm": "blocks.*.norm",
    **{f"encoder.*.{old}": f"blocks.*.{new}" for old, new in _BLOCK.items()},
    "narrow.0": "output_norm",
}
_RESIDUAL = {"first": "conv1", "second": "conv2"}

TENSORS: Mapping[str, Names] = {
    "content-voice model": {
        **_ENCODER,
        "narrow.1": "bottleneck",
        "phones": "phone_head",
        "widen": "decoder_input_proj",
        "voice": "decoder_speaker_proj",
        "decoder.*.norm": "decoder_blocks.*.norm",
        **{f"decoder.*.{old}": f"decoder_blocks.*.{new}" for old, new in _BLOCK.items()},
        "paint": "mel_head",
    },
    "content branch": {
        **{f"ear.{old}": f"encoder.{new}" for old, new in _ENCODER.items()},
        "hear": "input_proj",
        "move.face": "head.face_proj",
        "move.move": "head.mlp",
        "hear_near": "conv_input_proj",
        "near": "conv",
        "move_near.face": "conv_head.face_proj",
        "move_near.move": "conv_head.mlp",
    },
    "speaker branch": {
        "manner": "style_head",
        "voice": "speaker_proj",
        "hear": "content_embed",
        "talker": "speaker_embed",
        "chance": "noise_embed",
        "layers.*.before": "layers.*.norms",
        "layers.*.near": "layers.*.depthwise_conv",
        "layers.*.mix": "layers.*.qkv_proj",
        "layers.*.out": "layers.*.out_proj",
        "layers.*.feed": "layers.*.feed_forward",
        "last": "output_norm",
        "govern": "gate",
        "move": "motion_head",
        "drift": "noise_proj",
        "content_spread": "content_std",
        "voice_mean": "speaker_mean",
        "limits": "pose_limits",
    },
    "SyncNet": {
        "face.look": "face_encoder.convs",
        "sound.listen": "audio_encoder.convs",
        "sound.gather": "audio_encoder.temporal_conv",
        "see_as": "face_proj",
        "hear_as": "audio_proj",
    },
    "translator": {
        **{f"{level}.enter": f"{level}.conv" for level in ("fine", "middle", "coarse")},
        **{
            f"{level}.blocks.*.{old}": f"{level}.blocks.*.{new}"
            for level in ("middle", "coarse")
            for old, new in _RESIDUAL.items()
        },
        **{
            f"to_{level}.{old}": f"up_{level}.{new}"
            for level in ("middle", "fine")
            for old, new in (("narrow", "reduce"), ("join", "merge"))
        },
        **{
            f"to_{level}.block.{old}": f"up_{level}.block.{new}"
            for level in ("middle", "fine")
            for old, new in _RESIDUAL.items()
        },
        "light": "shading_head",
        "flow": "flow_head",
        "paint": "color_head",
    },
}


def upgrade_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card of any format as one of FORMAT; unknown fields stay as they are."""
    if card.get("format", 1) >= FORMAT:
        return dict(card)
    upgraded = {"format": FORMAT} | _rename_fields(card, CARD_FIELDS)
    upgraded["model"] = MODELS.get(card.get("model", ""), card.get("model", ""))
    size = card.get("size")
    if isinstance(size, Mapping):
        upgraded["size"] = _rename_fields(size, SIZES.get(upgraded["model"], {}))
    styles = card.get("styles")
    if isinstance(styles, Mapping):
        upgraded["styles"] = {
            name: _rename_fields(style, STYLE_FIELDS) if isinstance(style, Mapping) else style
            for name, style in styles.items()
        }
    return upgraded


def upgrade_tensors(card: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that go with a card of any format, under the names of FORMAT."""
    if card.get("format", 1) >= FORMAT:
        return dict(tensors)
    names = TENSORS.get(upgrade_card(card)["model"], {})
    return {_rename_tensor(name, names): value for name, value in tensors.items()}


def _rename_fields(fields: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in fields.items()}


def _rename_tensor(name: str, names: Names) -> str:
    for old, new in names.items():
        pattern = re.escape(old).replace(r"\*", r"(\d+)")
        match = re.match(rf"{pattern}(?=\.|$)", name)
        if match:
            for index in match.groups():
                new = new.replace("*", index, 1)
            return new + name[match.end() :]
    return name
