"""All that is known of Halo."""
