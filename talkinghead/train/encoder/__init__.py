"""Training of the content branch's audio encoder, by distilling a speech recogniser."""
