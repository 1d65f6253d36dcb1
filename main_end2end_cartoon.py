"""MakeItTalk's command for puppets; all work is done in talkinghead."""

from talkinghead.app.start import start

if __name__ == "__main__":
    start("talkinghead.app.makeittalk", "cartoon_main")
