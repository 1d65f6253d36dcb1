"""`python -m talkinghead` is the command `talkinghead`."""

import sys

from talkinghead.app.cli import main

if __name__ == "__main__":
    sys.exit(main())
