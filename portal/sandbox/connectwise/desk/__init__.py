"""ConnectWise at the desk: its words and options, and how the desk operates it."""

from __future__ import annotations
