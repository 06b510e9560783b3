"""The audit log: who did what, and what left the portal."""
