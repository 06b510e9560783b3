"""Reads company sites, which ConnectWise lists for each company alone (connectwise-api.md section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from threading import Lock
from typing import Final

from portal.connectwise import links, pages, records, refusals, responses
from portal.connectwise.conditions import ConditionRefusedError
from portal.connectwise.lists import Lists
from portal.connectwise.pages import Row
from portal.connectwise.resources import IN_ORDER, PAGE_SIZE, RESOURCES, list_path, shown_path
from portal.connectwise.responses import Kind
from portal.connectwise.server import Server
from portal.errors import PsaError, PsaListError
from portal.outbound import Response
from portal.psa.pages import Page

SITES: Final = "sites"
# Lists whose rows name both their site and their company.
NAMING_SITES: Final = ("contacts", "assets")
COMPANY_UNKNOWN: Final = (
    "ConnectWise finds a site only through its company, and the company of site {site} isn't known."
)
READ_ALL: Final = "The next sync reads the sites of every company."


class SiteLists:
    """Thread-safe. Remembers the company of every site that it has read."""

    def __init__(self, server: Server, lists: Lists) -> None:
        self._server = server
        self._lists = lists
        self._lock = Lock()
        self._company_of: dict[int, int] = {}

    def of_client(self, client_id: int) -> Page[Row]:
        """Fetch all sites of a company. Raises PsaError. A company that does not exist has none."""
        rows: list[Row] = []
        number, retries, seconds, is_repaired = 1, 0, 0.0, False
        while True:
            params = {**IN_ORDER, "page": str(number), "pageSize": str(PAGE_SIZE)}
            parse = partial(self._parse_list, client_id)
            sent, answer = self._server.ask(list_path(SITES, client_id), params, parse)
            known = len({row.facts.remote_id for row in rows if row.facts is not None})
            rows += [pages.row(SITES, payload, client_id) for payload in sent.rows]
            retries, seconds = retries + answer.retries, seconds + answer.response.seconds
            is_repaired = is_repaired or sent.is_repaired
            if not links.may_continue(len(sent.rows), answer.response):
                break
            if len({row.facts.remote_id for row in rows if row.facts is not None}) == known:
                if links.is_end_again(number, answer.response):
                    break
                raise PsaListError(f"ConnectWise sends the same page of company {client_id}'s sites again and again.")
            number += 1
        self._remember(rows, client_id)
        shown = shown_path(list_path(SITES, client_id), {"pageSize": str(PAGE_SIZE)})
        note = pages.REPAIRED if is_repaired or any(row.is_repaired for row in rows) else ""
        return Page(1, rows, None, None, shown, answer.response.status, seconds, retries, note)

    def record(self, site_id: int, client_id: int | None) -> Row | None:
        """Fetch one site; None if ConnectWise says that its company has no such site. Raises PsaError."""
        if client_id is not None:
            return self._site(client_id, site_id)
        for candidate in self._candidates(site_id):
            if (row := self._site(candidate, site_id)) is not None:
                return row
        raise PsaListError(COMPANY_UNKNOWN.format(site=site_id), READ_ALL)

    def _site(self, client_id: int, site_id: int) -> Row | None:
        path = f"{list_path(SITES, client_id)}/{site_id}"
        payload, _ = self._server.ask(path, {}, self._parse_record)
        if payload is None:
            return None
        row = pages.row(SITES, payload, client_id)
        self._remember([row], client_id)
        return row

    def _candidates(self, site_id: int) -> Iterator[int]:
        """Yield the companies that the site may belong to, those that cost no request first."""
        with self._lock:
            known = self._company_of.get(site_id)
        if known is not None:
            yield known
        found = self._company_with_main_site(site_id)
        if found is not None:
            yield found
        for record_type in NAMING_SITES:
            rows = self._rows_naming(record_type, site_id)
            found = next((each for row in rows if (each := _company_in(record_type, row, site_id))), None)
            if found is not None:
                yield found

    def _company_with_main_site(self, site_id: int) -> int | None:
        rows = (pages.row("clients", payload) for payload in self._rows_naming("clients", site_id))
        for row in rows:
            if row.facts is not None and records.columns("clients", row.payload).site_remote_id == site_id:
                return row.facts.remote_id
        return None

    def _rows_naming(self, record_type: str, site_id: int) -> list[bytes]:
        """Fetch a row that refers to the site; none if the server does not let us look for it."""
        try:
            params = {"conditions": f"site/id={site_id}", "page": "1", "pageSize": "1"}
            return self._lists.read(record_type, params).sent.rows
        except (PsaListError, ConditionRefusedError):
            return []

    def _remember(self, rows: list[Row], client_id: int) -> None:
        with self._lock:
            self._company_of.update((row.facts.remote_id, client_id) for row in rows if row.facts is not None)

    def _parse_list(self, client_id: int, response: Response) -> pages.RawRows:
        match responses.kind_of(response):
            case Kind.ANSWER:
                return pages.decode_list(response, RESOURCES[SITES].words)
            case Kind.RECORD_GONE:
                return pages.RawRows([])
            case _:
                words = f"the sites of company {client_id}"
                raise self._refusal(response, words)

    def _parse_record(self, response: Response) -> bytes | None:
        match responses.kind_of(response):
            case Kind.ANSWER:
                return pages.decode_record(response, RESOURCES[SITES].words)
            case Kind.RECORD_GONE:
                return None
            case _:
                raise self._refusal(response, RESOURCES[SITES].words)

    def _refusal(self, response: Response, words: str) -> PsaError:
        return refusals.refused(response, self._server.credentials, words, RESOURCES[SITES].permission)


def _company_in(record_type: str, payload: bytes, site_id: int) -> int | None:
    row = pages.row(record_type, payload)
    if row.facts is None or records.columns(record_type, row.payload).site_remote_id != site_id:
        return None
    return row.facts.client_id
