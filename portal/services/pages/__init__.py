"""Read models: what each page shows, in few queries."""
