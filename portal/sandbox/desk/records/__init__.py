"""The Records section: lists of all record types, a form for one record, and bulk changes."""

from __future__ import annotations
