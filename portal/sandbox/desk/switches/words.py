"""The label and explanation of a struct's field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

# By the portal's own names, whatever the PSA calls them.
RECORD_TYPES: Final = ("clients", "sites", "contacts", "products", "assets", "opportunities", "contracts")


@dataclass(frozen=True)
class SettingText:
    """`choices` are the values of a list or the keys of a map, unless these are record types.

    `says` has display texts for choices; `least` is the smallest valid number.
    """

    label: str
    sentence: str
    group: str = ""
    choices: Sequence[str] = ()
    says: Mapping[str, str] = field(default_factory=dict)
    least: float | None = None

    def of_choice(self, choice: str) -> str:
        return self.says.get(choice) or choice.replace("_", " ") or "–"


@dataclass(frozen=True)
class Group:
    id: str
    title: str
    sentence: str = ""


def words_for(name: str, table: Mapping[str, SettingText], group: str) -> SettingText:
    """Return the text of a field; if it has none yet, its name, in this group."""
    return table.get(name) or SettingText(name.replace("_", " ").capitalize(), "", group)
