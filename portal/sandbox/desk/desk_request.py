"""One request to the desk: its tenant, its form input, and its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode

from portal.sandbox.control_request import PREFIX
from portal.sandbox.desk.description import Description
from portal.sandbox.desk.simulated_psa import SimulatedPsa

DESK = f"{PREFIX}/desk"
_MOST_DIGITS = 12


class FormError(Exception):
    """The form is refused; the message says why, and what to do instead."""


class PageNotFound(Exception):
    """The page does not exist."""


class FormResult(NamedTuple):
    """The result of a form as a sentence, and the page to show next if it is a different one."""

    message: str
    go_to: str | None = None


class Form:
    """The fields of a posted form, which may occur several times."""

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
        """Return the last value, stripped, or an empty string."""
        return self.raw(name).strip()

    def raw(self, name: str) -> str:
        return self._values.get(name, [""])[-1]

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def with_text(self, name: str, text: str) -> Form:
        """Return a copy with one more value, which is the one that counts."""
        return Form([*((each, value) for each, values in self._values.items() for value in values), (name, text)])

    def whole(self, name: str, label: str, *, least: int = 0) -> int:
        return whole(self.text(name), label, least=least)


def whole(text: str, label: str, *, least: int = 0) -> int:
    """Parse an integer of at least `least`. Raises FormError naming the label for anything else."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > _MOST_DIGITS:
        raise FormError(f"{label} must be a whole number, not “{text[:40]}”.")
    if int(text) < least:
        raise FormError(f"{label} must be at least {least}.")
    return int(text)


@dataclass(frozen=True)
class DeskRequest:
    """`path` is relative to the desk's URL; `typed` is a refused form, whose input is shown again."""

    psa: SimulatedPsa
    path: tuple[str, ...]
    query: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    problem: str = ""
    typed: Form | None = None

    @property
    def description(self) -> Description:
        return self.psa.description

    def url(self, *path: object, **query: object) -> str:
        """Return the URL of a page of the desk, for the same tenant."""
        if len(self.psa.names) > 1:
            query = {"tenant": self.psa.name, **query}
        text = "/".join([DESK, *(quote(str(each), safe="") for each in path)])
        kept = {name: value for name, value in query.items() if value not in {"", None}}
        return f"{text}?{urlencode(kept)}" if kept else text

    @property
    def here(self) -> str:
        return self.url(*self.path, **{name: value for name, value in self.query.items() if name != "tenant"})
