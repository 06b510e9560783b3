"""The Records section: lists of all seven record types, a form for one record, and changes of many at once."""

from __future__ import annotations
