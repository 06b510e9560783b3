"""Generates forms from msgspec structs: one control per field, with an explanation from a table."""

from __future__ import annotations
