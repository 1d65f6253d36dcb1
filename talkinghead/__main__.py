"""`python -m talkinghead` is the command `talkinghead`."""

from talkinghead.app.start import main

if __name__ == "__main__":
    main()
