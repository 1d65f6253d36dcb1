"""MakeItTalk's command for a new puppet; all work is done in talkinghead."""

from talkinghead.cli.entry_point import start

if __name__ == "__main__":
    start("talkinghead.cli.puppet_new", "new_main")
