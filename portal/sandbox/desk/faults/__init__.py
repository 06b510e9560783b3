"""The Faults section: plan faults with one click."""

from __future__ import annotations
