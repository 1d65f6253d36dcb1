"""Losses of the content-voice model: phones, rebuilt log-mel, and no speaker in the code."""

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.models.content_voice import ContentVoiceModel
from talkinghead.speech.phonemes import PHONES, SILENCE, UNKNOWN
from talkinghead.train.loop import Losses
from talkinghead.train.voice.batches import VoiceBatch

PHONE_WEIGHT, MEL_WEIGHT, SPEAKER_WEIGHT, OFFSET_WEIGHT = 1.5, 0.7, 0.5, 8.0
SILENCE_WEIGHT = 0.4  # among the phones: a third of all frames are silence
LABEL_SMOOTHING = 0.05


class VoiceTrainingModel(nn.Module):
    """The content-voice model and a classifier that guesses the speaker from its code."""

    def __init__(self, net: ContentVoiceModel, speakers: int):
        super().__init__()
        self.net = net
        self.speaker_classifier = nn.Sequential(
            nn.Linear(2 * net.size.code_channels, 128), nn.GELU(), nn.Linear(128, speakers)
        )

    def classify_speaker(self, code: Float[Tensor, "b u code"]) -> Float[Tensor, "b speakers"]:
        """Logits from the code's mean and deviation; the code learns to make them useless."""
        reversed_code: Tensor = _GradientReversal.apply(code)  # type: ignore[no-untyped-call]
        statistics = torch.cat([reversed_code.mean(1), reversed_code.std(1)], dim=-1)
        logits: Tensor = self.speaker_classifier(statistics)
        return logits


class _GradientReversal(torch.autograd.Function):
    """The identity, with the gradient negated (Ganin and Lempitsky 2015)."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        del ctx
        return x.view_as(x)

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        del ctx
        return -gradients[0]


def voice_loss(model: VoiceTrainingModel, batch: VoiceBatch) -> Losses:
    """The losses of one batch.

    `phone` is the cross entropy of the phone classifier, `mel` AutoVC's L1 reconstruction (Qian et
    al. 2019), `leak` the cross entropy of the speaker classifier, `offset` that of
    `recording_offset_loss`.
    """
    net = model.net
    code = net.encode_content(batch.mel, batch.encoder_speaker)
    logits = net.phone_head(code).flatten(0, 1)
    class_weights = torch.ones(len(PHONES), device=logits.device)
    class_weights[PHONES.index(SILENCE)] = SILENCE_WEIGHT
    phone = functional.cross_entropy(
        logits, batch.phones.flatten(), class_weights,
        ignore_index=UNKNOWN, label_smoothing=LABEL_SMOOTHING,
    )  # fmt: skip
    rebuilt = net.decode(code, batch.speaker_embedding, batch.f0)
    speaker = functional.cross_entropy(model.classify_speaker(code), batch.speaker)
    return {
        "phone": PHONE_WEIGHT * phone,
        "mel": MEL_WEIGHT * (rebuilt - batch.clean_mel).abs().mean(),
        "offset": OFFSET_WEIGHT * recording_offset_loss(code, batch.phones),
        "leak": SPEAKER_WEIGHT * speaker,
    }


def recording_offset_loss(
    code: Float[Tensor, "b u code"], phones: Int[Tensor, "b u"]
) -> Float[Tensor, ""]:
    """The squared offset between the codes of different recordings of the same phones.

    The mean over a recording of its code minus each phone's mean over the batch: what is left is
    due to the voice and the microphone.
    """
    labelled = (phones != UNKNOWN).to(code)
    classes = phones.clamp(min=0)
    one_hot = functional.one_hot(classes, len(PHONES)).to(code) * labelled[..., None]
    counts = one_hot.sum((0, 1)).clamp(min=1)[:, None]
    centres = torch.einsum("btp,btc->pc", one_hot, code) / counts
    residual = (code - centres[classes]) * labelled[..., None]
    mean = residual.sum(dim=1) / labelled.sum(dim=1).clamp(min=1)[:, None]
    return mean.square().mean()
