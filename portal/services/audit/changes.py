"""Values before and after an action, in words, as the audit log stores them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

# What was changed → its values before and after, or None for a secret, which is only named.
Changes = Mapping[str, tuple[str, str] | None]

NONE: Final = "none"


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> Changes:
    """Return the values that differ. One that is missing or empty on a side is "none" there."""
    names = dict.fromkeys((*before, *after))
    pairs = {name: (before.get(name) or NONE, after.get(name) or NONE) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def replaced(secrets: Iterable[str]) -> Changes:
    """Return secrets that were replaced, by their names."""
    return dict.fromkeys(secrets)


def in_words(changes: Changes | None) -> str:
    """Return changes in one line: Schedule: every hour → every 15 minutes; Client Secret replaced."""
    return "; ".join(
        f"{name} replaced" if pair is None else f"{name}: {pair[0]} → {pair[1]}"
        for name, pair in (changes or {}).items()
    )
