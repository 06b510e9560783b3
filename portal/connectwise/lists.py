"""Reads the lists of one ConnectWise, with the conditions that this server accepts (connectwise-api.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final, NamedTuple

from portal import clock
from portal.connectwise import links, live_pages, pages, refusals, responses
from portal.connectwise.conditions import ConditionRefusedError, Conditions, Sent
from portal.connectwise.live_pages import LivePages, ServerPage
from portal.connectwise.pages import RawRows, Row
from portal.connectwise.resources import IN_ORDER, PAGE_SIZE, RESOURCES, list_path, shown_path
from portal.connectwise.responses import Kind
from portal.connectwise.server import NO_HEADERS, PAGE_LIMITS, Answer, Server
from portal.errors import PsaError, PsaRateLimited
from portal.outbound import CallLimits, Response
from portal.psa.pages import Page

CLIENTS: Final = "clients"


class Listed(NamedTuple):
    sent: RawRows
    answer: Answer


class Lists:
    """Thread-safe. Every method that sends a request raises PsaError."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.conditions = Conditions()
        self._lock = Lock()
        self._live_pages: dict[datetime | None, LivePages] = {}
        self._counting = Lock()
        self._counts: dict[str, tuple[int | None, bool]] = {}

    def page(self, record_type: str, number: int, since: datetime | None) -> Page[Row]:
        """Fetch one page, sorted by id."""
        if self._is_whole(record_type):
            asked = {"page": str(number), "pageSize": str(PAGE_SIZE)}
            page = self._page(record_type, number, {**IN_ORDER, **asked}, asked, since)
            if self._is_whole(record_type):
                return page
        # The server has shown, perhaps just now, that it does not leave out deleted rows.
        return self._live_page(record_type, number, since)

    def newest(self, record_type: str, since: datetime, size: int) -> Page[Row]:
        """Fetch the first page of changes since a moment, highest id first."""
        asked = {"page": "1", "pageSize": str(size)}
        return self._page(record_type, 1, {"orderBy": "id desc", **asked}, asked, since)

    def ask(
        self,
        record_type: str,
        params: Mapping[str, str],
        *,
        since: datetime | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> tuple[Listed, Sent]:
        """Fetch a list, without the conditions that the server refuses. Also returns those that it took."""
        while True:
            sent = self.conditions.of(record_type, since)
            try:
                return self.read(record_type, {**params, **sent.params}, headers=headers), sent
            except ConditionRefusedError as refusal:
                if not self.conditions.adapt(sent, refusal):
                    raise

    def read(
        self,
        record_type: str,
        params: Mapping[str, str],
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> Listed:
        """Fetch a list with just these parameters. Raises ConditionRefusedError if they are the reason to refuse."""
        parse = partial(self.parse, record_type, has_conditions="conditions" in params)
        return Listed(*self._server.ask(list_path(record_type), params, parse, headers))

    def parse(self, record_type: str, response: Response, *, has_conditions: bool = False) -> RawRows:
        """Parse the rows of a list. Raises PsaError for anything but a list, and ConditionRefusedError."""
        kind, resource = responses.kind_of(response), RESOURCES[record_type]
        if has_conditions and kind is Kind.BAD_CONDITION:
            raise ConditionRefusedError(responses.error_of(response)[1])
        if kind is not Kind.ANSWER:
            raise refusals.refused_list(response, self._server.credentials, resource)
        return pages.decode_list(response, resource.words)

    def count(self, record_type: str, limits: CallLimits = PAGE_LIMITS) -> int | None:
        """Ask how long a list is, without retries; None if that stays unknown. Raises PsaRateLimited."""
        params = self.conditions.of(record_type).params
        try:
            response = self._server.get(f"{list_path(record_type)}/count", params, limits)
        except PsaRateLimited:
            raise
        except PsaError:
            return None
        kind = responses.kind_of(response)
        if kind is Kind.RATE_LIMITED:
            raise refusals.refused_list(response, self._server.credentials, RESOURCES[record_type])
        return pages.decode_count(response) if kind is Kind.ANSWER else None

    def _page(
        self,
        record_type: str,
        number: int,
        params: Mapping[str, str],
        asked: Mapping[str, str],
        since: datetime | None,
    ) -> Page[Row]:
        listed, sent = self.ask(record_type, params, since=since)
        rows = [pages.row(record_type, payload) for payload in listed.sent.rows]
        if sent.has_flag and any(is_deleted(row) for row in rows):
            self.conditions.leaves_out_nothing(record_type)
        is_whole = self._is_whole(record_type)
        rows = [row for row in rows if not is_deleted(row)]
        is_repaired = listed.sent.is_repaired or any(row.is_repaired for row in rows)
        return Page(
            number=number,
            rows=rows,
            size=None,
            total=self._total(record_type, number) if since is None and is_whole else None,
            path=shown_path(list_path(record_type), {**asked, **sent.params}),
            status=listed.answer.response.status,
            seconds=listed.answer.response.seconds,
            retries=listed.answer.retries,
            note=pages.REPAIRED if is_repaired else "",
        )

    def _is_whole(self, record_type: str) -> bool:
        """Whether the server's own pages are right as they are."""
        return record_type != CLIENTS or self.conditions.filters_deleted(record_type)

    def _live_page(self, record_type: str, number: int, since: datetime | None) -> Page[Row]:
        with self._lock:
            if since not in self._live_pages:
                self._live_pages[since] = LivePages(partial(self._server_page, record_type, since))
            live = self._live_pages[since]
        began = clock.monotonic()
        rows = live.page(number)
        sent = self.conditions.of(record_type, since)
        asked = {"page": str(number), "pageSize": str(PAGE_SIZE), **sent.params}
        shown = shown_path(list_path(record_type), asked)
        return Page(number, rows, None, None, shown, 200, clock.monotonic() - began, 0, live_pages.NOTE)

    def _total(self, record_type: str, number: int) -> int | None:
        """Return the length of a list, asked for once, and again whenever the list is read from its start anew."""
        with self._counting:
            total, has_begun = self._counts.get(record_type, (None, True))
            if record_type not in self._counts or (number == 1 and has_begun):
                total, has_begun = self.count(record_type), False
            self._counts[record_type] = total, has_begun or number == 1
            return total

    def _server_page(self, record_type: str, since: datetime | None, number: int) -> ServerPage:
        params = {**IN_ORDER, "page": str(number), "pageSize": str(PAGE_SIZE)}
        listed, _ = self.ask(record_type, params, since=since)
        rows = [pages.row(record_type, payload) for payload in listed.sent.rows]
        live = [row for row in rows if not is_deleted(row)]
        ids = [row.facts.remote_id if row.facts is not None else None for row in rows]
        response = listed.answer.response
        return ServerPage(live, ids, links.may_continue(len(rows), response), links.is_end_again(number, response))


def is_deleted(row: Row) -> bool:
    return row.facts is not None and row.facts.is_deleted
