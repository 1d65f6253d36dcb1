"""Videos of several speakers: faces of one picture, or actors of a scene."""
