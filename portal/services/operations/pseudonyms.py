"""Takes people out of a support bundle: their names and addresses become pseudonyms, different in each bundle."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

# Anything that could be an address; rather too much than too little.
EMAIL: Final = re.compile(r"[^\s@\"'<>(),;:\[\]]+@[^\s@\"'<>(),;:\[\]]*[^\s@\"'<>(),;:\[\].?!]")
QUOTED: Final = re.compile(r"\"[^\"]*\"|“[^”]*”")
SHORTEST_NAME: Final = 3
LONGEST_TEXT: Final = 2000
SHORTENED: Final = "… (shortened)"


class Pseudonyms:
    """The same person has the same pseudonym throughout a bundle, and another one in the next."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` maps the names and addresses of known people to what identifies each of them."""
        self._key = secrets.token_bytes(32)
        self._identities = {name.casefold(): who.casefold() for name, who in names.items()}
        # Longer names first: a short one may be a part of another.
        known = sorted((name for name in names if len(name) >= SHORTEST_NAME), key=len, reverse=True)
        either = "|".join(re.escape(name) for name in known)
        self._names = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if known else None

    def of(self, person: str) -> str:
        """Return the pseudonym of a person, by their address or name; empty for nobody."""
        if not person:
            return ""
        who = self._identities.get(person.casefold(), person.casefold())
        return f"person-{hmac.new(self._key, who.encode(), hashlib.sha256).hexdigest()[:8]}"

    def clean(self, value: Any) -> Any:
        """Return a value for JSON without anybody's name or address, in any depth, and without very long texts."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dict):
            return {key: self.clean(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.clean(inner) for inner in value]
        return value

    def _text(self, text: str) -> str:
        found = EMAIL.sub(lambda match: self.of(match.group()), text)
        if self._names is not None:
            found = self._names.sub(lambda match: self.of(match.group()), found)
        return found if len(found) <= LONGEST_TEXT else found[:LONGEST_TEXT] + SHORTENED


def without_quotes(text: str) -> str:
    """Return a message about a record without the values that it quotes."""
    return QUOTED.sub("[value]", text)
