"""Accounts, the people in them, and how they log in."""
