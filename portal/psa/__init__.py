"""What the portal asks of a PSA, and which PSAs there are."""
