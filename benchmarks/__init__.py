"""How quick the sync is, as ratios measured side by side in one run. `make bench` prints them."""
