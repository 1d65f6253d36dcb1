"""Files and codecs: sound, pictures and videos, in and out."""
