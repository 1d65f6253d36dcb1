"""Does this mouth fit this sound? The sync expert, and what it is shown."""
