"""`python -m talkinghead` is the command `talkinghead`."""

from talkinghead.app.start import start

if __name__ == "__main__":
    start("talkinghead.app.cli")
