"""`python -m talkinghead` is the command `talkinghead`."""

from talkinghead.cli.entry_point import main

if __name__ == "__main__":
    main()
