"""The interface that every PSA implements, and the registry of PSAs."""
