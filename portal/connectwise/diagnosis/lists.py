"""Finds out which lists the API member may read: one row and one count for each, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from portal import clock
from portal.connectwise import my_security, pages
from portal.connectwise.conditions import NOT_DELETED
from portal.connectwise.diagnosis import messages
from portal.connectwise.lists import Lists
from portal.connectwise.my_security import Right
from portal.connectwise.resources import PAGE_SIZE, RESOURCES, list_path
from portal.connectwise.server import REQUESTS_AT_ONCE, Server
from portal.errors import PsaError, PsaRefusedType
from portal.outbound import CallLimits, Response
from portal.psa.diagnosis import Access, ListAccess

CLIENTS: Final = "clients"
SITES: Final = "sites"
DETAILED: Final = "opportunities"
FIRST_ROW: Final = {"page": "1", "pageSize": "1"}
# What most companies call the status of a client that they no longer work for.
INACTIVE: Final = f'{NOT_DELETED} and status/name like "*inactive*"'
NONE_SHOWN: Final = "ConnectWise shows no records of this type."


def probe(server: Server, companies: Response, *, seconds: float) -> tuple[dict[str, ListAccess], tuple[Right, ...]]:
    """Probe each list; `companies` is the answer for the first company. Also returns the rights of the role.

    Lists that have not responded after `seconds` are `unknown`. Raises nothing.
    """
    lists = _ListProbe(server, companies, CallLimits(seconds=seconds / 2, size=4 * 1024 * 1024))
    end = clock.monotonic() + seconds
    with ThreadPoolExecutor(max_workers=REQUESTS_AT_ONCE, thread_name_prefix="lists") as pool:
        probes = {each: pool.submit(lists.access, each) for each in RESOURCES}
        rights = pool.submit(lists.rights)
        wait(probes.values(), timeout=seconds)
        wait([rights], timeout=max(0.0, end - clock.monotonic()))
        found = {each: _result(probe) for each, probe in probes.items()}
        return found, rights.result() if rights.done() and not rights.exception() else ()


class _ListProbe:
    def __init__(self, server: Server, companies: Response, limits: CallLimits) -> None:
        self._server = server
        self._lists = Lists(server)
        self._companies = companies
        self._limits = limits

    def access(self, record_type: str) -> ListAccess:
        """Return the access to one list. Raises PsaError."""
        by_type: Mapping[str, Callable[[], ListAccess]] = {CLIENTS: self._of_companies, SITES: self._of_sites}
        if record_type in by_type:
            return by_type[record_type]()
        response = self._server.get(list_path(record_type), FIRST_ROW, self._limits)
        return self._counted(record_type, len(self._lists.parse(record_type, response).rows))

    def rights(self) -> tuple[Right, ...]:
        return my_security.read(self._server.get(my_security.PATH, my_security.PARAMS, self._limits))

    def _of_companies(self) -> ListAccess:
        access = self._counted(CLIENTS, len(self._lists.parse(CLIENTS, self._companies).rows))
        if access.access == Access.GRANTED:
            path, params = f"{list_path(CLIENTS)}/count", {"conditions": INACTIVE}
            response = self._server.get(path, params, self._limits)
            count = pages.decode_count(response) if response.status == 200 else None
            access.inactive = min(count or 0, access.total)
        return access

    def _of_sites(self) -> ListAccess:
        """Read a site of the first company: there is no list of all sites, and so no count."""
        rows = self._lists.parse(CLIENTS, self._companies).rows
        first = pages.row(CLIENTS, rows[0]).facts if rows else None
        if first is None:
            return _empty()
        response = self._server.get(list_path(SITES, first.remote_id), FIRST_ROW, self._limits)
        self._lists.parse(SITES, response)
        return ListAccess(Access.GRANTED, total=1, page_size=PAGE_SIZE, is_per_client=True)

    def _counted(self, record_type: str, rows: int) -> ListAccess:
        count = self._lists.count(record_type, self._limits)
        total = rows if count is None else max(count, rows)
        if total == 0:
            return _empty()
        has_details = record_type == DETAILED
        return ListAccess(
            Access.GRANTED, total=total, page_size=PAGE_SIZE, counted=total > rows, has_details=has_details
        )


def _empty() -> ListAccess:
    return ListAccess(
        Access.EMPTY,
        problem=NONE_SHOWN,
        remedy=f"If there are some, the API member may not see them. {messages.CORPORATE_LEVEL}",
    )


def _result(probe: Future[ListAccess]) -> ListAccess:
    if not probe.done():
        problem = "ConnectWise didn't respond in time."
        return ListAccess(Access.UNKNOWN, problem=problem, remedy="Test the connection again.")
    try:
        return probe.result()
    except PsaRefusedType as refused:
        return ListAccess(Access.REFUSED, problem=refused.problem, remedy=refused.remedy)
    except PsaError as error:
        return ListAccess(Access.UNKNOWN, problem=error.problem, remedy=error.remedy)
