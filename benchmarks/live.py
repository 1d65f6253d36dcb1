"""A live face over time: latency, pace, cores, memory, and drift of the picture against the clock.

    python benchmarks/live.py [SUBJECT] [--size 512] [--seconds 60] [--source voice]

`voice` speaks without a pause as a microphone does, 20 ms at a time; `sentences` hands over one
sentence after another with pauses; `idle` says nothing. An hour's soak: --seconds 3600.

- capture to photon: from the moment a sample was recorded to the frame with which it is heard
- pace: frames that were shown, of those that were due; the sound is always complete
- cores: processor seconds per second, motion, rendering and JPEG; beside it that of encoding the
  same frames to H.264 alone
- drift: how much later the last frames leave than the first, against the machine's clock
"""

import argparse
import threading
import time
from pathlib import Path

import av
import numpy as np

from talkinghead import Animator, read_audio
from talkinghead.live.broadcast import Broadcast, Packet
from talkinghead.live.session import LiveSession
from talkinghead.puppet.store import list_puppets
from talkinghead.sample_rates import FPS, RATE
from talkinghead.types import Array

SPEECH = sorted((Path(__file__).parents[1] / "examples").glob("*.wav"))
CHUNK = RATE // 50  # samples that a microphone hands over at once


def memory() -> float:
    """Resident MiB of this process now."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Viewer:
    """What a viewer sees: when each frame came, and with how much of the speech."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[int, float, int]] = []  # index, time, samples of speech so far
        self.shown = self._said = 0

    def __call__(self, packet: Packet) -> None:
        """Note a frame; its JPEG is encoded, as for a page."""
        self.arrivals.append((packet.index, time.monotonic(), self._said))
        self._said += packet.speech
        self.shown += bool(packet.jpeg)


def speak(
    source: str, broadcast: Broadcast, seconds: float, recorded: list[tuple[int, float]]
) -> None:
    """Push speech for some time; notes when the sample of each number was recorded."""
    speech = np.concatenate([read_audio(path).samples for path in SPEECH])
    began, pushed = time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds:
        if source == "voice":
            due = int(now * RATE) // CHUNK * CHUNK
            while pushed < due:
                recorded.append((pushed, began + pushed / RATE))
                part = np.take(speech, np.arange(pushed, pushed + CHUNK), mode="wrap")
                broadcast.push_audio(part, RATE)
                pushed += CHUNK
            time.sleep(0.005)
        elif source == "sentences":
            recorded.append((pushed, time.monotonic()))
            sentence = speech[: 3 * RATE]
            broadcast.push_audio(sentence, RATE, complete=True)
            pushed += sentence.size
            time.sleep(5)
        else:
            time.sleep(0.2)


def latencies(viewer: Viewer, recorded: list[tuple[int, float]]) -> Array:
    """Seconds from the recording of a sample to the frame with it, for each note of `recorded`."""
    starts = np.array([said for _, _, said in viewer.arrivals])
    values = []
    for sample, moment in recorded:
        at = int(np.searchsorted(starts, sample, side="right")) - 1
        if at + 1 < len(starts):  # later frames have more speech: it was said
            values.append(viewer.arrivals[at][1] - moment)
    return np.array(values)


def encode_cores(pictures: list[Array]) -> float:
    """Processor seconds per second of video, to encode frames to H.264 as fast as it can."""
    height, width = pictures[0].shape[:2]
    with av.open("/dev/null", "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.thread_count = 1
        began = time.process_time()
        for picture in pictures:
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                packet.size  # noqa: B018  only the encoding is timed
        return (time.process_time() - began) * FPS / len(pictures)


def main() -> None:
    """Print the figures of one run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("subject", nargs="?", default="wilk")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--source", choices=("voice", "sentences", "idle"), default="voice")
    parser.add_argument("--look-ahead", type=int, default=200, help="milliseconds")
    parser.add_argument("--fast", action="store_true", help="without the refinement of photos")
    args = parser.parse_args()
    is_puppet = args.subject in list_puppets()
    animator = Animator(device="cpu", refine=not (args.fast or is_puppet))
    make = animator.cartoon if is_puppet else animator.photo
    subject = make(args.subject, size=args.size)
    session = LiveSession(animator, subject, look_ahead=args.look_ahead / 1000)
    for _ in range(FPS):
        session.advance()  # the first frames prepare what is kept
    session.push_audio(read_audio(SPEECH[0]).samples[:RATE])
    for _ in range(2 * FPS):
        session.advance()
    viewer, recorded = Viewer(), []
    before, begun = memory(), time.process_time()
    first = session.frames_shown
    broadcast = Broadcast(session)
    broadcast.watch(viewer)
    thread = threading.Thread(
        target=speak, args=(args.source, broadcast, args.seconds, recorded), daemon=True
    )
    thread.start()
    middle = None
    began = time.monotonic()
    while thread.is_alive():
        thread.join(1)
        if middle is None and time.monotonic() - began > args.seconds / 2:
            middle = memory()
    broadcast.close()
    elapsed, used = time.monotonic() - began, time.process_time() - begun
    due = session.frames_shown - first
    print(f"{args.subject} {args.size}, {args.source}, {elapsed:.0f} s, {due} frames due")
    late = latencies(viewer, recorded)
    if late.size:
        quantiles = 1000 * np.quantile(late, [0.5, 0.95])
        print(f"capture to photon: {quantiles[0]:.0f} ms, 95 % within {quantiles[1]:.0f} ms")
    print(f"pace: {100 * viewer.shown / max(due, 1):.1f} % of the frames")
    print(f"cores: {used / elapsed:.2f}")
    print(f"memory: {before:.0f} MiB, after half of it {middle or before:.0f}, at the end "
          f"{memory():.0f}")  # fmt: skip
    offsets = np.array([moment - index / FPS for index, moment, _ in viewer.arrivals])
    tenth = max(1, len(offsets) // 10)
    drift = np.median(offsets[-tenth:]) - np.median(offsets[:tenth])
    print(f"drift: {1000 * drift:+.1f} ms")
    session.push_audio(read_audio(SPEECH[0]).samples[: 2 * RATE])
    images = [session.advance().image for _ in range(2 * FPS)]
    pictures = [image[..., :3].copy() for image in images if image is not None]
    print(f"encoding such frames alone: {encode_cores(pictures):.2f} cores")


if __name__ == "__main__":
    main()
