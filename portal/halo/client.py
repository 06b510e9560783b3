"""Reading from Halo: the pages of a list, single records, small lists. There is no verb here that writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from threading import Lock
from typing import Final, Self

import stamina

from portal import clock
from portal.errors import PsaError, PsaListError, PsaRateLimited, PsaUnavailable, PsaUnreadable
from portal.halo import (
    computed,
    custom_field_ids,
    instance,
    lookups,
    pages,
    records,
    refusals,
    split_pages,
    tickets,
)
from portal.halo import facts as facts_of_rows
from portal.halo.auth import TokenSource
from portal.halo.credentials import Credentials
from portal.halo.custom_field_ids import CustomFieldIds
from portal.halo.facts import Facts
from portal.halo.pages import IdList, ListBody, Page, Row
from portal.halo.records import Columns
from portal.halo.resources import PAGE_SIZE, PAGING, RESOURCES, shown_path
from portal.halo.tickets import TicketTypes
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response

PROFILE_LIMITS: Final = CallLimits(seconds=15)  # the profile was seen with 2 MB of claims
PAGE_LIMITS: Final = CallLimits(seconds=60, size=64 * 1024 * 1024)  # Halo's gateway gives up after 60 s
LONGEST_PAUSE_SECONDS: Final = 10.0
MOST_ATTEMPTS: Final = 6
# Seen in production as UTC with its zone, on tickets (halo-api.md section 3.6).
DATE: Final = "%Y-%m-%dT%H:%M:%SZ"
PROBE_SIZE: Final = 100


def no_limit() -> None:
    """Let every call through."""


class HaloClient:
    """One connection to one Halo, for several threads. It repeats what failed in passing; unless `patient`, it begins
    to do so when Halo has answered once. All threads share the attempts: a Halo that is down is not asked by each.

    `granted` is an answer of the token page that is to be used up first. `gate` is asked before each call, and raises
    PsaRateLimited while nobody may call. `before_call` runs before each call, those for a token too.
    """

    name = "Halo"

    def __init__(
        self,
        credentials: Credentials,
        *,
        patient: bool = True,
        granted: Response | None = None,
        check_rate_limit: Callable[[], None] = no_limit,
        before_call: Callable[[], None] = no_limit,
    ) -> None:
        self._base_url = credentials.base_url
        self._most_failures = MOST_ATTEMPTS if patient else 1
        self._failures_in_a_row = 0
        self._check_rate_limit = check_rate_limit
        self._outbound = OutboundClient(before_call)
        self._tokens = TokenSource(self._outbound, credentials, granted)
        self._version: str | None = None
        self._asking_version = Lock()
        self._custom_fields = CustomFieldIds(self._field_list)
        self._ticket_types = TicketTypes(lambda: self.lookup(tickets.PATH, PAGE_LIMITS))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._outbound.close()

    @property
    def requests(self) -> int:
        """Count every call so far: pages, tokens, and what was repeated."""
        return self._outbound.calls

    @property
    def requests_here(self) -> int:
        """Count the calls of the thread that asks."""
        return self._outbound.calls_here

    def log_in(self) -> None:
        """Get a token, unless there is one. Raises PsaError."""
        self._check_rate_limit()
        self._tokens.token()

    def page(self, record_type: str, number: int, *, since: datetime | None = None, size: int | None = None) -> Page:
        """Read one page of a list, sorted by id; `since` keeps the records changed from then on, if Halo does that.

        `size` is how many rows its pages were seen to have: a page that cannot be decoded is read in parts of it.
        Raises PsaError when the page cannot be had.
        """
        changed = {} if since is None else {"lastupdatefromdate": since.strftime(DATE)}
        asked = {"page_no": str(number), "page_size": str(PAGE_SIZE), **changed}
        try:
            return self._page(record_type, number, {**PAGING, **asked}, asked)
        except PsaUnreadable:
            return self._in_parts(record_type, number, size or PAGE_SIZE, changed)

    def newest(self, record_type: str, *, since: datetime) -> Page:
        """Read the first page of what has changed since then, the highest id first. Raises PsaError."""
        asked = {"page_no": "1", "page_size": str(PROBE_SIZE), "lastupdatefromdate": since.strftime(DATE)}
        return self._page(record_type, 1, {**PAGING, **asked, "orderdesc": "true"}, asked)

    def version(self) -> str:
        """Return Halo's version, asked for once; empty where it does not tell. Raises PsaError."""
        with self._asking_version:
            if self._version is None:
                self._version = instance.version(self._get("InstanceInfo", {}, PROFILE_LIMITS))
            return self._version

    def record(self, record_type: str, remote_id: int) -> Row | None:
        """Read one record with all its details. Raises PsaError.

        Returns None when Halo has none of this id, and for a ticket that is no opportunity.
        """
        resource = RESOURCES[record_type]
        for attempt in self._patiently():
            with attempt:
                response = self._get(f"{resource.path}/{remote_id}", {"includedetails": "true"}, PAGE_LIMITS)
                payload = None if response.status == 404 else pages.single(response, resource)
                self._note_success()
        row = None if payload is None else pages.row(record_type, payload)
        if row and row.facts is not None and row.facts.remote_id != remote_id:
            return Row(None, row.payload, f"Halo answered with record {row.facts.remote_id} instead.", remote_id)
        return self._ticket_types.opportunity(row) if row and record_type == "opportunities" else row

    def lists_ids(self, record_type: str) -> bool:
        """Tell whether Halo can list the ids of this type alone (halo-api.md section 3.2)."""
        return RESOURCES[record_type].has_ids_only

    def list_ids(self, record_type: str) -> IdList:
        """Read the ids of a whole list in one answer. Raises PsaError."""
        sent, _, _ = self._list(record_type, {"idonly": "true"})
        return pages.id_list(record_type, sent)

    def supports_date_filter(self, record_type: str) -> bool:
        """Tell whether this list has the filter by date at all (halo-api.md section 3.6)."""
        return RESOURCES[record_type].has_date_filter

    def has_update_times(self, record_type: str) -> bool:
        """Tell whether rows of this list carry the date of their last update (halo-api.md section 3.6)."""
        return RESOURCES[record_type].has_update_times

    def peek(
        self, record_type: str, limits: CallLimits, *, page: int, size: int, active_only: bool = False
    ) -> ListBody:
        """Read one page of a list as it is, once. Raises PsaError."""
        resource = RESOURCES[record_type]
        params = {**resource.params, **PAGING, "page_no": str(page), "page_size": str(size)}
        if active_only:
            params["includeinactive"] = "false"
        return pages.decode_list(self._get(resource.path, params, limits), resource)

    def another_list_works(self, record_types: Collection[str]) -> bool:
        """Tell whether Halo answers when it is asked, once, for another list than these."""
        other = next((each for each in RESOURCES if each not in record_types), None)
        if other is None:
            return False
        try:
            self.peek(other, PAGE_LIMITS, page=1, size=1)
        except PsaListError:
            return True
        except PsaError:
            return False
        return True

    def lookup(self, path: str, limits: CallLimits) -> Response:
        """Read one of the small lists that people choose from, once. Raises PsaError when nothing arrives."""
        return self._get(path, {}, limits)

    def options(self, name: str, limits: CallLimits) -> dict[int, str]:
        """Read what a filter offers, once: names by id. Raises PsaError."""
        return lookups.read(self.lookup, name, limits)

    def columns(self, record_type: str, payload: bytes) -> Columns:
        return records.columns(record_type, payload)

    def is_computed(self, record_type: str, key: str) -> bool:
        return computed.is_computed(record_type, key)

    def column_keys(self, record_type: str) -> frozenset[str]:
        return records.SHOWN[record_type]

    def pack_facts(self, facts: Facts) -> bytes:
        return facts_of_rows.pack(facts)

    def unpack_facts(self, packed: bytes) -> Facts:
        return facts_of_rows.unpack(packed)

    def _page(self, record_type: str, number: int, params: dict[str, str], asked: dict[str, str]) -> Page:
        sent, response, retries = self._list(record_type, params)
        rows = [pages.row(record_type, bytes(payload)) for payload in sent.rows]
        is_repaired = sent.is_repaired or any(row.is_repaired for row in rows)
        return Page(
            number=number,
            rows=rows,
            size=sent.size,
            total=sent.total,
            path=shown_path(record_type, asked),
            status=response.status,
            seconds=response.seconds,
            retries=retries,
            note=pages.REPAIRED if is_repaired else "",
        )

    def _in_parts(self, record_type: str, number: int, size: int, changed: dict[str, str]) -> Page:
        """Read a page that cannot be decoded; the rows that spoil it are among its rows."""
        began, totals = clock.monotonic(), [0]

        def ask(part: int, length: int) -> ListBody:
            asked = {"page_no": str(part), "page_size": str(length), **changed}
            sent, _, _ = self._list(record_type, {**PAGING, **asked})
            totals.append(sent.total or 0)
            return sent

        rows = split_pages.read(ask, record_type, number, size)
        shown = shown_path(record_type, {"page_no": str(number), "page_size": str(size), **changed})
        took = clock.monotonic() - began
        return Page(number, rows, None, max(totals) or None, shown, 200, took, len(totals), split_pages.NOTE)

    def _list(self, record_type: str, params: dict[str, str]) -> tuple[ListBody, Response, int]:
        """Read a list with its custom fields; returns how often it was asked for in vain, too."""
        if "idonly" in params:
            return self._list_of(record_type, params)
        with_fields = self._custom_fields.params(record_type)
        found = self._list_of(record_type, {**params, **with_fields})
        if with_fields or not self._custom_fields.must_be_asked_for(record_type, found[0].rows):
            return found
        return self._list_of(record_type, {**params, **self._custom_fields.params(record_type)})

    def _list_of(self, record_type: str, params: dict[str, str]) -> tuple[ListBody, Response, int]:
        resource = RESOURCES[record_type]
        for attempt in self._patiently():
            with attempt:
                response = self._get(resource.path, {**resource.params, **params}, PAGE_LIMITS)
                sent = pages.decode_list(response, resource)
                self._note_success()
        return sent, response, attempt.num - 1

    def _field_list(self, kind: int) -> Response:
        """Ask which custom fields there are of one kind, once. Raises PsaError where Halo cannot answer."""
        response = self._get(custom_field_ids.PATH, {"typeid": str(kind)}, PAGE_LIMITS)
        if response.status == 429 or response.status >= 500:
            raise refusals.refused_list(response, "custom fields")
        return response

    def _patiently(self) -> Iterable[stamina.Attempt]:
        refusals: list[PsaListError] = []

        def is_worth_another_try(error: Exception) -> bool:
            # Once more: Halo or a proxy may have slipped. An answer that was too large would be so again.
            if isinstance(error, PsaListError) and not isinstance(error.__cause__, OutboundError):
                refusals.append(error)
                return len(refusals) == 1
            return self._is_passing(error)

        return stamina.retry_context(on=is_worth_another_try, attempts=MOST_ATTEMPTS, wait_max=LONGEST_PAUSE_SECONDS)

    def _is_passing(self, error: Exception) -> bool:
        """Tell what is worth another try in a moment. Halo's limit is not: all who share it must hear of it first."""
        self._failures_in_a_row += 1
        is_passing = isinstance(error, PsaUnavailable) and not isinstance(error, PsaRateLimited)
        return is_passing and self._failures_in_a_row < self._most_failures

    def _note_success(self) -> None:
        self._failures_in_a_row, self._most_failures = 0, MOST_ATTEMPTS

    def _get(self, path: str, params: dict[str, str], limits: CallLimits) -> Response:
        """Read with a token; a refused one is replaced, until a new one is refused (halo-api.md section 5)."""
        url = f"{self._base_url}/api/{path}"
        self._check_rate_limit()
        try:
            token, is_new = self._tokens.token(), False
            response = self._outbound.get(url, params=params, token=token, limits=limits)
            while response.status == 401 and not is_new:
                with self._tokens.renewed(token) as (token, is_new):
                    response = self._outbound.get(url, params=params, token=token, limits=limits)
        except OutboundError as error:
            raise refusals.unanswered(error, "base_url") from error
        return response
