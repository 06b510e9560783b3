"""Ids that a PSA issues to the maker of an integration, one for all its customers. The operator sets them."""

from __future__ import annotations

from collections.abc import Mapping

_ids: Mapping[str, str] = {}


def bind(ids: Mapping[str, str]) -> None:
    """Use these ids, by the PSA's slug."""
    global _ids
    _ids = ids


def of(psa: str) -> str:
    """Return the id for this PSA, empty if the operator has set none."""
    return _ids.get(psa, "")
