"""All that is known of Halo. Sections in docstrings refer to the notes on Halo's API, halo-api.md."""
