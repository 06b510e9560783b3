"""The tables of the first release. Frozen: they say how the tables were, not how they are."""
