"""Speech features to a face track: predict, post-process, resample."""
