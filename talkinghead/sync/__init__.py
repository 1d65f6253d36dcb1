"""Audio-visual sync: SyncNet's inputs, embeddings and scores."""
