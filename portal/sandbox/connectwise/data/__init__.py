"""Generates a tenant's rows from a seed: one module per record type."""

from __future__ import annotations
