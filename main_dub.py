"""The command of LipGAN and Wav2Lip for filmed faces; all work is done in talkinghead."""

from talkinghead.cli.entry_point import start

if __name__ == "__main__":
    start("talkinghead.cli.lipgan", "main")
