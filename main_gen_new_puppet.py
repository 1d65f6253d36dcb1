"""MakeItTalk's command for a new puppet; all work is done in talkinghead."""

from talkinghead.app.start import start

if __name__ == "__main__":
    start("talkinghead.app.authoring", "new_main")
