"""ConnectWise's API as the sync engine reads it. Read-only: nothing but GET is ever sent to ConnectWise."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final, Self

from portal.connectwise import facts as facts_of_rows
from portal.connectwise import (
    id_sweeps,
    lookups,
    opportunity_statuses,
    pages,
    records,
    refusals,
    responses,
    system_info,
)
from portal.connectwise.conditions import OVERLAP
from portal.connectwise.credentials import Credentials
from portal.connectwise.facts import Facts
from portal.connectwise.forecasts import Forecasts
from portal.connectwise.lists import Lists
from portal.connectwise.opportunity_statuses import OpportunityStatuses
from portal.connectwise.pages import Row
from portal.connectwise.records import Columns
from portal.connectwise.resources import PAGE_SIZE, RESOURCES, Resource
from portal.connectwise.responses import Kind
from portal.connectwise.server import PAGE_LIMITS, REQUESTS_AT_ONCE, Server, no_limit
from portal.connectwise.site_lists import SITES, SiteLists
from portal.errors import PsaError, PsaListError
from portal.outbound import CallLimits, Response, UnansweredCall
from portal.psa.facts import pack
from portal.psa.pages import IdList, Page

PROBE_SIZE: Final = 100
OPPORTUNITIES: Final = "opportunities"
WHOLE_TABLE: Final = {"pageSize": str(PAGE_SIZE)}


class ConnectWiseClient:
    """A thread-safe connection to one ConnectWise. It retries temporary failures (see portal/psa/retries.py).

    `check_rate_limit` and `before_call` run before each call; the former raises PsaRateLimited while the rate limit
    is used up.
    """

    name = "ConnectWise"
    requests_at_once: int | None = REQUESTS_AT_ONCE

    def __init__(
        self,
        credentials: Credentials,
        *,
        patient: bool = True,
        check_rate_limit: Callable[[], None] = no_limit,
        before_call: Callable[[], None] = no_limit,
    ) -> None:
        self._server = Server(
            credentials, patient=patient, check_rate_limit=check_rate_limit, before_call=before_call
        )
        self._lists = Lists(self._server)
        self._sites = SiteLists(self._server, self._lists)
        self._forecasts = Forecasts(self._server)
        self._statuses = OpportunityStatuses(partial(self._server.get, opportunity_statuses.PATH, WHOLE_TABLE))
        self._logging_in = Lock()
        self._version: str | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.outbound.close()

    @property
    def requests(self) -> int:
        """The number of calls so far, including retries."""
        return self._server.outbound.calls

    @property
    def requests_here(self) -> int:
        """The number of calls made by the current thread."""
        return self._server.outbound.calls_here

    def take_unanswered(self) -> tuple[UnansweredCall, ...]:
        """Return the calls of the current thread that got no answer, each once."""
        return self._server.outbound.unanswered.take()

    def log_in(self) -> None:
        """Prove the keys, once. Raises PsaError."""
        self.version()

    def version(self) -> str:
        """Return ConnectWise's version, fetched once. Raises PsaError."""
        with self._logging_in:
            if self._version is not None:
                return self._version
            self._version = self._server.ask(system_info.PATH, {}, self._parse_version)[0]
            return self._version

    def page(
        self,
        record_type: str,
        number: int,
        *,
        since: datetime | None = None,
        size: int | None = None,  # noqa: ARG002  # ConnectWise has one page size
    ) -> Page[Row]:
        """Fetch one page of a list, sorted by id. Changes are asked for from a day before `since`, because servers
        read the moment in different ways. Raises PsaError.
        """
        return self._decided(record_type, self._lists.page(record_type, number, since and since - OVERLAP))

    def newest(self, record_type: str, *, since: datetime) -> Page[Row]:
        """Fetch the first page of records changed since then, highest id first. Raises PsaError."""
        return self._decided(record_type, self._lists.newest(record_type, since, PROBE_SIZE))

    def record(self, record_type: str, remote_id: int, *, client_id: int | None = None) -> Row | None:
        """Fetch one record. Raises PsaError.

        Returns None if ConnectWise says that it does not exist, and for a company in the recycle bin. A site whose
        client is unknown is searched; PsaListError means that it was not found.
        """
        if record_type == SITES:
            site = self._sites.record(remote_id, client_id)
            return None if site is None else _checked(site, remote_id)
        resource = RESOURCES[record_type]
        payload, _ = self._server.ask(f"{resource.path}/{remote_id}", {}, partial(self._parse_record, resource))
        if payload is None:
            return None
        row = _checked(pages.row(record_type, payload), remote_id)
        if row.facts is not None and row.facts.is_deleted:
            return None
        return self._forecasts.added(self._statuses.decided(row)) if record_type == OPPORTUNITIES else row

    def is_listed_per_client(self, record_type: str) -> bool:
        return record_type == SITES

    def client_list(self, record_type: str, client_id: int) -> Page[Row]:  # noqa: ARG002  # only sites are listed per client
        """Fetch all sites of a company. Raises PsaError."""
        return self._sites.of_client(client_id)

    def needs_details(self, record_type: str) -> bool:
        """Whether a record has values that its list row lacks: an opportunity's forecast."""
        return record_type == OPPORTUNITIES

    def details(self, record_type: str, list_row: bytes) -> Row:
        """Return an opportunity with its forecast. Raises PsaError for a temporary failure."""
        return self._forecasts.added(self._statuses.decided(pages.row(record_type, list_row)))

    def reports_deleted(self, record_type: str) -> bool:
        """Whether deleted records stay readable. Only companies do (connectwise-api.md section 5)."""
        return record_type == "clients"

    def deleted_ids(self, record_type: str) -> IdList:
        """Fetch the ids of the records that are marked as deleted. Raises PsaError."""
        return id_sweeps.deleted_ids(self._lists, record_type)

    def lists_ids(self, record_type: str) -> bool:
        return record_type != SITES

    def list_ids(self, record_type: str) -> IdList:
        """Fetch the ids of a whole list. Raises PsaError."""
        return id_sweeps.list_ids(self._lists, record_type)

    def supports_date_filter(self, record_type: str) -> bool:
        """Whether this list can filter by `lastUpdated`, which a server may still refuse (section 4)."""
        return record_type != SITES

    def has_update_times(self, record_type: str) -> bool:  # noqa: ARG002  # every row has its `_info`
        return True

    def another_list_works(self, record_types: Collection[str]) -> bool:
        """Request a list other than these, without retries; return whether ConnectWise responded properly."""
        other = next((each for each in RESOURCES if each not in record_types and each != SITES), None)
        if other is None:
            return False
        try:
            self._lists.parse(other, self.peek(other, PAGE_LIMITS))
        except PsaListError:
            return True
        except PsaError:
            return False
        return True

    def peek(self, record_type: str, limits: CallLimits) -> Response:
        """Request the first row of a list, without retries. Raises PsaError if there is no response."""
        return self._server.get(RESOURCES[record_type].path, {"page": "1", "pageSize": "1"}, limits)

    def options(self, name: str, limits: CallLimits) -> dict[int, str]:
        """Fetch a filter's options, without retries: names by id. Raises PsaError."""
        return lookups.read(self._server.get, self._server.credentials, name, limits)

    def columns(self, record_type: str, payload: bytes) -> Columns:
        return records.columns(record_type, payload)

    def is_computed(self, record_type: str, key: str) -> bool:  # noqa: ARG002  # no key is known to be
        return False

    def column_keys(self, record_type: str) -> frozenset[str]:
        return records.SHOWN[record_type]

    def pack_facts(self, facts: Facts) -> bytes:
        return pack(facts)

    def unpack_facts(self, packed: bytes) -> Facts:
        return facts_of_rows.unpack(packed)

    def _decided(self, record_type: str, page: Page[Row]) -> Page[Row]:
        if record_type == OPPORTUNITIES:
            page.rows[:] = [self._statuses.decided(row) for row in page.rows]
        return page

    def _parse_version(self, response: Response) -> str:
        found = system_info.version(response)
        if found is None:
            raise refusals.refused_login(response, self._server.credentials)
        return found

    def _parse_record(self, resource: Resource, response: Response) -> bytes | None:
        match responses.kind_of(response):
            case Kind.ANSWER:
                return pages.decode_record(response, resource.words)
            case Kind.RECORD_GONE:
                return None
            case _:
                raise refusals.refused_list(response, self._server.credentials, resource)


def _checked(row: Row, remote_id: int) -> Row:
    """Return the row; an unusable one if ConnectWise returned another record than this."""
    if row.facts is None or row.facts.remote_id == remote_id:
        return row
    return Row(None, row.payload, f"ConnectWise returned record {row.facts.remote_id} instead.", remote_id)
