"""Networks of other packages, and the formats they come in."""
