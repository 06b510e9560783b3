"""Halo's API: list pages, single records and lookup lists. Read-only: no method here writes to Halo."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from threading import Lock
from typing import Final, Self

from portal import clock
from portal.errors import PsaError, PsaListError, PsaUnreadable
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
from portal.halo.pages import ListBody, Row
from portal.halo.records import Columns
from portal.halo.resources import PAGE_SIZE, PAGING, RESOURCES, shown_path
from portal.halo.tickets import TicketTypes
from portal.outbound import CallLimits, OutboundClient, OutboundError, Response, UnansweredCall
from portal.psa.facts import pack
from portal.psa.ordinary_lists import OrdinaryLists
from portal.psa.pages import IdList, Page
from portal.psa.retries import Retries

PROFILE_LIMITS: Final = CallLimits(seconds=15)  # profiles with 2 MB of claims have been seen
PAGE_LIMITS: Final = CallLimits(seconds=60, size=64 * 1024 * 1024)  # Halo's gateway gives up after 60 s
# The format seen in production, for tickets (halo-api.md section 3.6).
DATE: Final = "%Y-%m-%dT%H:%M:%SZ"
PROBE_SIZE: Final = 100


def no_limit() -> None:
    """Do nothing: there is no rate limit."""


class HaloClient(OrdinaryLists):
    """A thread-safe connection to one Halo. It retries temporary failures (see portal/psa/retries.py).

    `granted` is a token response to start with. `check_rate_limit` runs before each call for data, and raises
    PsaRateLimited while the rate limit is used up. `before_call` runs before every call, token requests included.
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
        self._retries = Retries(patient=patient)
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
        """The number of calls so far, including token requests and retries."""
        return self._outbound.calls

    @property
    def requests_here(self) -> int:
        """The number of calls made by the current thread."""
        return self._outbound.calls_here

    def take_unanswered(self) -> tuple[UnansweredCall, ...]:
        """Return the calls of the current thread that got no answer, each once."""
        return self._outbound.unanswered.take()

    def log_in(self) -> None:
        """Get a token if there is none yet. Raises PsaError."""
        self._check_rate_limit()
        self._tokens.token()

    def page(
        self, record_type: str, number: int, *, since: datetime | None = None, size: int | None = None
    ) -> Page[Row]:
        """Fetch one page of a list, sorted by id. `since` asks for records changed from then on, if Halo supports it.

        `size` is the page size observed so far. A page that cannot be parsed is fetched again as smaller pages, which
        depends on that size. Raises PsaError.
        """
        changed = {} if since is None else {"lastupdatefromdate": since.strftime(DATE)}
        asked = {"page_no": str(number), "page_size": str(PAGE_SIZE), **changed}
        try:
            return self._page(record_type, number, {**PAGING, **asked}, asked)
        except PsaUnreadable:
            return self._as_smaller_pages(record_type, number, size or PAGE_SIZE, changed)

    def newest(self, record_type: str, *, since: datetime) -> Page[Row]:
        """Fetch the first page of records changed since then, highest id first. Raises PsaError."""
        asked = {"page_no": "1", "page_size": str(PROBE_SIZE), "lastupdatefromdate": since.strftime(DATE)}
        return self._page(record_type, 1, {**PAGING, **asked, "orderdesc": "true"}, asked)

    def version(self) -> str:
        """Return Halo's version, fetched once; empty if Halo does not report it. Raises PsaError."""
        with self._asking_version:
            if self._version is None:
                self._version = instance.version(self._get("InstanceInfo", {}, PROFILE_LIMITS))
            return self._version

    def record(self, record_type: str, remote_id: int, *, client_id: int | None = None) -> Row | None:  # noqa: ARG002  # Halo finds a record by its id
        """Fetch one record with all its details. Raises PsaError.

        Returns None if the id does not exist, and for a ticket that is not an opportunity.
        """
        resource = RESOURCES[record_type]
        for attempt in self._retries.attempts():
            with attempt:
                response = self._get(f"{resource.path}/{remote_id}", {"includedetails": "true"}, PAGE_LIMITS)
                payload = None if response.status == 404 else pages.single(response, resource)
                self._retries.note_success()
        row = None if payload is None else pages.row(record_type, payload)
        if row and row.facts is not None and row.facts.remote_id != remote_id:
            return Row(None, row.payload, f"Halo returned record {row.facts.remote_id} instead.", remote_id)
        return self._ticket_types.opportunity(row) if row and record_type == "opportunities" else row

    def lists_ids(self, record_type: str) -> bool:
        """Whether Halo can return only the ids of this list (halo-api.md section 3.2)."""
        return RESOURCES[record_type].has_ids_only

    def list_ids(self, record_type: str) -> IdList:
        """Fetch the ids of a whole list in one request. Raises PsaError."""
        sent, _, _ = self._list(record_type, {"idonly": "true"})
        return pages.id_list(record_type, sent)

    def supports_date_filter(self, record_type: str) -> bool:
        """Whether this list has a date filter at all (halo-api.md section 3.6)."""
        return RESOURCES[record_type].has_date_filter

    def has_update_times(self, record_type: str) -> bool:
        """Whether rows of this list include the date of their last update (halo-api.md section 3.6)."""
        return RESOURCES[record_type].has_update_times

    def peek(
        self, record_type: str, limits: CallLimits, *, page: int, size: int, active_only: bool = False
    ) -> ListBody:
        """Fetch one page of a list with raw rows, without retries. Raises PsaError."""
        resource = RESOURCES[record_type]
        params = {**resource.params, **PAGING, "page_no": str(page), "page_size": str(size)}
        if active_only:
            params["includeinactive"] = "false"
        return pages.decode_list(self._get(resource.path, params, limits), resource)

    def another_list_works(self, record_types: Collection[str]) -> bool:
        """Request a list other than these, without retries; return whether Halo responded properly."""
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
        """Fetch one of the lookup lists, without retries. Raises PsaError if there is no response."""
        return self._get(path, {}, limits)

    def options(self, name: str, limits: CallLimits) -> dict[int, str]:
        """Fetch a filter's options, without retries: names by id. Raises PsaError."""
        return lookups.read(self.lookup, name, limits)

    def columns(self, record_type: str, payload: bytes) -> Columns:
        return records.columns(record_type, payload)

    def is_computed(self, record_type: str, key: str) -> bool:
        return computed.is_computed(record_type, key)

    def column_keys(self, record_type: str) -> frozenset[str]:
        return records.SHOWN[record_type]

    def pack_facts(self, facts: Facts) -> bytes:
        return pack(facts)

    def unpack_facts(self, packed: bytes) -> Facts:
        return facts_of_rows.unpack(packed)

    def _page(self, record_type: str, number: int, params: dict[str, str], asked: dict[str, str]) -> Page[Row]:
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

    def _as_smaller_pages(self, record_type: str, number: int, size: int, changed: dict[str, str]) -> Page[Row]:
        """Fetch a page that cannot be parsed as smaller pages; the result includes the unreadable rows."""
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
        """Fetch a list with its custom fields. Also returns the response and the number of retries."""
        if "idonly" in params:
            return self._list_of(record_type, params)
        with_fields = self._custom_fields.params(record_type)
        found = self._list_of(record_type, {**params, **with_fields})
        if with_fields or not self._custom_fields.must_be_asked_for(record_type, found[0].rows):
            return found
        return self._list_of(record_type, {**params, **self._custom_fields.params(record_type)})

    def _list_of(self, record_type: str, params: dict[str, str]) -> tuple[ListBody, Response, int]:
        resource = RESOURCES[record_type]
        for attempt in self._retries.attempts():
            with attempt:
                response = self._get(resource.path, {**resource.params, **params}, PAGE_LIMITS)
                sent = pages.decode_list(response, resource)
                self._retries.note_success()
        return sent, response, attempt.num - 1

    def _field_list(self, kind: int) -> Response:
        """Fetch the custom field definitions of one kind, without retries. Raises PsaError for temporary failures."""
        response = self._get(custom_field_ids.PATH, {"typeid": str(kind)}, PAGE_LIMITS)
        if response.status == 429 or response.status >= 500:
            raise refusals.refused_list(response, "custom fields")
        return response

    def _get(self, path: str, params: dict[str, str], limits: CallLimits) -> Response:
        """Send a GET with a token. A rejected token is replaced, unless it is brand new (halo-api.md section 5)."""
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
