"""One picture and a voice recording in, a video of that face saying those words out."""
