"""The Faults section: whatever can go wrong with an answer, planned by a click."""

from __future__ import annotations
