"""Simulated PSA servers over real HTTP, for the demo, the tests and the benchmarks.

They stand alone: nothing here imports the rest of the portal, so that its mistakes cannot hide in their double.
"""

from __future__ import annotations
