"""The losses of the content-voice model: phones are learnt, the speaker is removed."""

import torch

from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.speech.phonemes import UNKNOWN
from talkinghead.train.voice.batches import VoiceBatches
from talkinghead.train.voice.losses import VoiceTrainingModel, recording_offset_loss, voice_loss
from tests.train.examples import utterance

SMALL = ContentVoiceSize(conv_channels=32, code_channels=8)


def test_the_speaker_classifier_pushes_the_speaker_out_of_the_code():
    torch.manual_seed(0)
    both = [utterance(0), utterance(1, "espeak/en+f1", "espeak")]
    batch = VoiceBatches(both, size=4, frames=60)(0)
    model = VoiceTrainingModel(ContentVoiceModel(SMALL), 2)
    code = torch.randn(4, 30, 8, requires_grad=True)
    loss = torch.nn.functional.cross_entropy(model.classify_speaker(code), batch.speaker)
    loss.backward()
    with torch.no_grad():  # a step of the code down its gradient must make the guess worse
        logits = model.classify_speaker(code - code.grad)
        after = torch.nn.functional.cross_entropy(logits, batch.speaker)
    assert after > loss


def test_the_offset_of_a_recording_is_what_its_phones_do_not_explain():
    phones = torch.tensor([[1, 1, 2, 2], [2, 2, 1, UNKNOWN]])
    code = torch.randn(3, 8)[phones.clamp(min=0)]  # determined by the phones
    assert recording_offset_loss(code, phones) < 1e-10
    shifted = code + torch.tensor([0.5, -0.5])[:, None, None]  # an offset per recording
    assert recording_offset_loss(shifted, phones) > 0.05


def test_one_batch_can_be_overfitted():
    torch.manual_seed(0)
    batch = VoiceBatches([utterance(0), utterance(1)], size=4, frames=60)(0)
    model = VoiceTrainingModel(ContentVoiceModel(SMALL), 1)
    optimizer = torch.optim.Adam(model.parameters(), 5e-3)
    first = voice_loss(model, batch)
    for _ in range(40):
        losses = voice_loss(model, batch)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
    assert losses["phone"] < 0.5 * first["phone"]
    assert losses["mel"] < 0.7 * first["mel"]
