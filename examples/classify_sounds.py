"""Is somebody speaking? A small classifier on the features of SDA's audio encoder.

    python examples/classify_sounds.py examples/hello_slt.wav examples/morning_rms.wav

It learns from all recordings but the last, of whose speaker it has then heard nothing, and labels
each frame (25 a second) of that one. The labels are computed from the waveform; labels of your own
take their place in the same way.
"""

import sys

import numpy as np

from talkinghead import read_audio
from talkinghead.sda import cut_audio_sequence, get_audio_feature_extractor

CLASSES = ("silence", "voice")
QUIET = 0.1  # loudness relative to that of the recording, below which a frame is silent
STRENGTH = 1e-2  # of the regularisation


def labels_of(samples: np.ndarray, rate: int) -> np.ndarray:
    """(t,) the class of each video frame."""
    step = rate // 25
    frames = samples[: len(samples) // step * step].reshape(-1, step)
    loudness = np.sqrt((frames**2).mean(axis=1))
    return (loudness >= QUIET * np.percentile(loudness, 90)).astype(int)


def main(paths: list[str]) -> float:
    """Print and return the accuracy on the last recording, each class counting the same."""
    encoder, info = get_audio_feature_extractor("grid", gpu=-1)
    features, labels = [], []
    for path in paths:
        audio = read_audio(path)
        windows = cut_audio_sequence(
            audio.samples, info["feature length"], info["overlap"], info["rate"]
        )
        frames = np.asarray(encoder(windows[None], [len(windows)]))[0]  # (t, channels)
        own = labels_of(audio.samples, audio.rate)
        features.append(frames[: len(own)])
        labels.append(own[: len(frames)])
    x, y = np.concatenate(features[:-1]), np.concatenate(labels[:-1])
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-6
    x = np.column_stack([(x - mean) / spread, np.ones(len(x))])
    weight = 1 / np.bincount(y, minlength=2).clip(1)[y]  # each class counts the same
    square = x.T @ (x * weight[:, None]) + STRENGTH * np.eye(x.shape[1])
    model = np.linalg.solve(square, x.T @ (np.eye(2)[y] * weight[:, None]))
    last = np.column_stack([(features[-1] - mean) / spread, np.ones(len(features[-1]))])
    guess, truth = (last @ model).argmax(axis=1), labels[-1]
    recalls = [float((guess[truth == k] == k).mean()) for k in range(2)]
    for name, recall in zip(CLASSES, recalls, strict=True):
        print(f"{name}: {recall:.2f} found")
    print(f"mean {np.mean(recalls):.2f}, chance 0.50")
    return float(np.mean(recalls))


if __name__ == "__main__":
    main(sys.argv[1:])
