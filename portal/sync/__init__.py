"""The sync engine. It knows record types and pages, and nothing of any PSA, the web or the queue."""
