"""The Configuration tab: one file for each card."""
