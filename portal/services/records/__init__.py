"""The stored records: counts, exports, exclusions, and why a record is missing."""
