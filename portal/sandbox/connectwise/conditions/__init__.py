"""The conditions of a list query (connectwise-api.md section 4): their grammar, and which rows they keep."""

from __future__ import annotations
