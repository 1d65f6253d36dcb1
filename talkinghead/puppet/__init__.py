"""Puppets: authoring from pictures, folders, validation, and the MakeItTalk format."""
