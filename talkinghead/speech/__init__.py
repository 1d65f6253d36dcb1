"""Speech analysis and synthesis: features for the motion networks, mouth cues, voice conversion."""
