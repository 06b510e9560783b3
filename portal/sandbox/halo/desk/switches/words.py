"""How a field of a struct is explained to people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Words:
    """`choices` are the values of a list, or the keys of a map, where these are not record types.

    `says` puts a choice in other words; `least` is the smallest number that makes sense.
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


def words_for(name: str, table: Mapping[str, Words], group: str) -> Words:
    """Return the words; for a field that has none yet, its name, in this group."""
    return table.get(name) or Words(name.replace("_", " ").capitalize(), "", group)
