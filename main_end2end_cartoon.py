"""MakeItTalk's command for puppets; all work is done in talkinghead."""

import sys

from talkinghead.app.makeittalk import cartoon_main

if __name__ == "__main__":
    sys.exit(cartoon_main())
