"""A face that speaks and listens live, on the clock of its audio."""
