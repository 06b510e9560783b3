"""Forms made from msgspec structs: each field of a struct is a switch, explained by a table of sentences."""

from __future__ import annotations
