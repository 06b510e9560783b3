"""The four steps that connect a PSA."""
