"""Everything specific to Halo. Section numbers in comments refer to the notes on Halo's API, halo-api.md."""
