"""Appearance of faces, shared by photos and puppets: colours, oral cavity, eyelids, inpainting."""
