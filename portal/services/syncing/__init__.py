"""Sync runs: schedules, filters, held deletes, progress and rate limits."""
