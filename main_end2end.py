"""MakeItTalk's command for photos; all work is done in talkinghead."""

from talkinghead.cli.entry_point import start

if __name__ == "__main__":
    start("talkinghead.cli.makeittalk", "photo_main")
