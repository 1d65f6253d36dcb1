"""Animation of audio that arrives in chunks: the pipeline, frame by frame."""
