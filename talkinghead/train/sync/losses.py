"""Losses of SyncNet, and the loss by which a trained SyncNet teaches the translator."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import FRAME_WINDOW, MEL_WINDOW, SyncNet, normalise_lighting
from talkinghead.sample_rates import STRIDE
from talkinghead.train.loop import Losses
from talkinghead.train.sync.batches import SyncBatch

INITIAL_SCALE = 14.0  # of the cosine similarities: the inverse temperature
MAX_SCALE = 50.0
NEIGHBOUR_TARGET = 0.15  # of the frames before and after the right one, which fit nearly as well
LIPS_WEIGHT = 0.5


class SyncTrainingModel(nn.Module):
    """SyncNet with what only its training needs: the temperature and a lip landmark regressor."""

    def __init__(self, syncnet: SyncNet):
        super().__init__()
        self.syncnet = syncnet
        self.log_scale = nn.Parameter(torch.tensor(INITIAL_SCALE).log())
        self.lip_head = nn.Linear(syncnet.face_encoder.features, 80)


def syncnet_losses(model: SyncTrainingModel, batch: SyncBatch) -> Losses:
    """The losses of one batch: contrastive, and regression of the lip landmarks.

    The regression makes the face encoder see the lips of any face.
    """
    syncnet = model.syncnet
    features = syncnet.face_encoder(normalise_lighting(batch.crops))
    embeddings = syncnet.project_faces(features), syncnet.embed_audio(batch.mel)
    faces, audio = (x.reshape(len(x) // 2, -1, x.shape[-1]) for x in embeddings)
    lips = functional.smooth_l1_loss(model.lip_head(features), batch.lips, beta=0.1)
    return {
        "contrastive": info_nce_loss(faces, audio, model.log_scale.exp().clamp(max=MAX_SCALE)),
        "lips": LIPS_WEIGHT * lips,
    }


def info_nce_loss(
    faces: Float[Tensor, "g n d"], audio: Float[Tensor, "g n d"], scale: Float[Tensor, ""]
) -> Float[Tensor, ""]:
    """InfoNCE (van den Oord et al. 2018): each face among the audio of its group, and vice versa.

    Embeddings of unit norm; a group is of two clips of one speaker, n / 2 frames each, so that the
    identity of the voice does not help (as Chung et al. 2019 for synchronisation).
    """
    similarity = scale * faces @ audio.mT  # (g, n, n)
    n = faces.shape[1]
    frames = torch.arange(n, device=faces.device)
    is_neighbour = (frames[:, None] - frames).abs() == 1
    same_clip = (frames[:, None] < n // 2) == (frames < n // 2)
    target = torch.eye(n, device=faces.device) + NEIGHBOUR_TARGET * (is_neighbour & same_clip)
    target = target / target.sum(dim=1, keepdim=True)
    to_audio, to_faces = (
        -(target * functional.log_softmax(logits, dim=-1)).sum(dim=-1).mean()
        for logits in (similarity, similarity.mT)
    )
    return (to_audio + to_faces) / 2


def sync_loss(
    syncnet: SyncNet,
    frames: Float[Tensor, "b t 3 s s"],
    mel: Float[Tensor, f"b {STRIDE}*(t-{FRAME_WINDOW})+{MEL_WINDOW} {MEL_BANDS}"],
) -> Float[Tensor, ""]:
    """1 - cosine similarity of rendered mouths and audio, the mean: 0 in perfect agreement.

    The expert lip-sync discriminator of Wav2Lip (Prajwal et al. 2020). `frames` are consecutive RGB
    crops in [0, 1] of `geometry.mouth_crop.mouth_crop_matrix` at 25 frames per second, t >=
    FRAME_WINDOW; `mel` is their `sync.crops.mel_window`. Differentiable in `frames`; SyncNet should
    be frozen.
    """
    faces = syncnet.embed_faces(syncnet.to_grey_crops(frames))
    return (1 - (faces * syncnet.embed_audio(mel)).sum(dim=-1)).mean()
