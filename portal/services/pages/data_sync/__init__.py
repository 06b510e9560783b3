"""What the Data Sync tab shows."""
