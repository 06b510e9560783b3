"""Reads the ids of whole lists: forward-only if the server can, else page by page (connectwise-api.md section 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from portal.connectwise import links
from portal.connectwise.conditions import DELETED, ConditionRefusedError
from portal.connectwise.lists import Listed, Lists
from portal.connectwise.resources import IN_ORDER, PAGE_SIZE
from portal.errors import PsaListError
from portal.json_errors import JSON_ERRORS
from portal.psa.pages import IdList
from portal.record_fields.values import as_id

FORWARD_ONLY: Final = {"pagination-type": "forward-only"}
FIELDS: Final = {"clients": "id,deletedFlag"}


class _IdKeys(msgspec.Struct):
    id: Any = None
    deletedFlag: Any = None  # noqa: N815  # ConnectWise's name


_id_keys = msgspec.json.Decoder(_IdKeys)
Ask = Callable[[Mapping[str, str], Mapping[str, str]], Listed]


def list_ids(lists: Lists, record_type: str) -> IdList:
    """Fetch the ids of a list, without deleted records. Raises PsaError."""

    def ask(params: Mapping[str, str], headers: Mapping[str, str]) -> Listed:
        return lists.ask(record_type, params, headers=headers)[0]

    return _Sweep(ask, record_type, lambda row: row.deletedFlag is not True).run()


def deleted_ids(lists: Lists, record_type: str) -> IdList:
    """Fetch the ids of the records that are marked as deleted. Raises PsaError."""

    def ask(params: Mapping[str, str], headers: Mapping[str, str]) -> Listed:
        return lists.read(record_type, {**params, "conditions": DELETED}, headers=headers)

    def ask_for_all(params: Mapping[str, str], headers: Mapping[str, str]) -> Listed:
        return lists.read(record_type, params, headers=headers)

    try:
        # A server that ignores the condition sends the others too.
        return _Sweep(ask, record_type, lambda row: row.deletedFlag in {True, None}).run()
    except ConditionRefusedError:
        return _Sweep(ask_for_all, record_type, lambda row: row.deletedFlag is True).run()


class _Sweep:
    """One reading of a list, of which it keeps what is `wanted`. `ask` takes parameters and headers."""

    def __init__(self, ask: Ask, record_type: str, wanted: Callable[[_IdKeys], bool]) -> None:
        self._ask = ask
        self._wanted = wanted
        self._params = {"pageSize": str(PAGE_SIZE), "fields": FIELDS.get(record_type, "id")}
        self._restart()

    def run(self) -> IdList:
        if not self._read_forward():
            self._restart()
            self._read_pages()
        return IdList(frozenset(self._ids), self._unusable, None)

    def _restart(self) -> None:
        self._ids: set[int] = set()
        self._seen: set[int] = set()
        self._unusable = 0

    def _read_forward(self) -> bool:
        """Read forward-only; return whether the server supports that."""
        after = 0
        while True:
            listed = self._ask({**self._params, **({"pageId": str(after)} if after else {})}, FORWARD_ONLY)
            if not links.is_paged_forward(listed.answer.response):
                return False
            self._take(listed)
            if not links.may_continue(len(listed.sent.rows), listed.answer.response):
                return True
            last = max(self._seen, default=0)
            if last <= after:  # the server ignores where to go on
                return False
            after = last

    def _read_pages(self) -> None:
        number, may_continue = 1, True
        while may_continue:
            listed = self._ask({**self._params, **IN_ORDER, "page": str(number)}, {})
            known = len(self._seen)
            self._take(listed)
            may_continue = links.may_continue(len(listed.sent.rows), listed.answer.response)
            if may_continue and len(self._seen) == known:
                if links.is_end_again(number, listed.answer.response):
                    return
                raise PsaListError("ConnectWise sends the same page of this list again and again.")
            number += 1

    def _take(self, listed: Listed) -> None:
        for payload in listed.sent.rows:
            row = _keys_of(payload)
            number = as_id(row.id)
            if number is None:
                self._unusable += 1
                continue
            self._seen.add(number)
            if self._wanted(row):
                self._ids.add(number)


def _keys_of(payload: bytes) -> _IdKeys:
    try:
        return _id_keys.decode(payload)
    except JSON_ERRORS:
        return _IdKeys()
