"""One request to the desk: who is asked, what was typed, and what to say back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from portal.sandbox.halo.ask import PREFIX
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant

DESK = f"{PREFIX}/desk"
_MOST_DIGITS = 12


class Refusal(Exception):
    """The desk cannot do this; the message says why, and what to do instead."""


class Missing(Exception):
    """There is no such page."""


class Done(NamedTuple):
    """What a form did, in a sentence, and the page to go on to when it is not the same one."""

    message: str
    go_to: str | None = None


class Form:
    """The fields of a posted form; a field may occur several times."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    @classmethod
    def of(cls, body: bytes) -> Form:
        return cls(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str:
        """Return the last value without blanks around it, or an empty text."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def whole(self, name: str, label: str, *, least: int = 0) -> int:
        return whole(self.text(name), label, least=least)


def whole(text: str, label: str, *, least: int = 0) -> int:
    """Read a whole number. Refusal naming the label for anything else, and for one below `least`."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        raise Refusal(f"{label} must be a whole number, not “{text[:40]}”.")
    if int(text) < least:
        raise Refusal(f"{label} must be at least {least}.")
    return int(text)


@dataclass(frozen=True)
class Visit:
    """`path` is what follows the desk's own address; `typed` is a form that was refused, shown again as it was."""

    instance: Instance
    tenant: Tenant
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    problem: str = ""
    typed: Form | None = None

    def url(self, *path: object, **query: object) -> str:
        """Lead to a page of the desk, of the same tenant."""
        if len(self.instance.tenants) > 1:
            query = {"tenant": self.tenant.name, **query}
        text = "/".join([DESK, *(quote(str(each), safe="") for each in path)])
        kept = {name: value for name, value in query.items() if value not in {"", None}}
        return f"{text}?{urlencode(kept)}" if kept else text

    @property
    def here(self) -> str:
        return self.url(*self.path, **{name: value for name, value in self.query.items() if name != "tenant"})
