"""Training: data sets, augmentation, labels, and a trainer for each network."""
