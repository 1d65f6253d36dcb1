"""MakeItTalk's command for photos; all work is done in talkinghead."""

import sys

from talkinghead.app.makeittalk import photo_main

if __name__ == "__main__":
    sys.exit(photo_main())
