"""The page of `talkinghead serve`, and the service behind it: forms in, videos out."""
