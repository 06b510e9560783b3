"""Rows as a Halo tenant holds them: one module per record type, drawn from a seed."""

from __future__ import annotations
