"""Reading from Halo: the agent's profile and the pages of a list. There is no verb here that writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final, Self

import stamina

from portal.errors import PsaUnavailable
from portal.halo import profile, records, refusals
from portal.halo.auth import Credentials, TokenSource
from portal.halo.pages import Page, Sent, decoded, unseen
from portal.halo.profile import Agent
from portal.halo.records import Columns
from portal.halo.resources import PAGE_SIZE, PAGING, RESOURCES, Resource
from portal.outbound import Answer, Door, Limits, OutboundError

PROFILE_LIMITS: Final = Limits(seconds=15)  # the profile was seen with 2 MB of claims
PAGE_LIMITS: Final = Limits(seconds=60, size=64 * 1024 * 1024)  # Halo's gateway gives up after 60 s
# A longer wait is not slept away here: it frees the worker, and the run goes on later.
LONGEST_PAUSE_SECONDS: Final = 10.0


class HaloClient:
    """One connection to one Halo. `patient` repeats what failed in passing; a test of the connection does not.

    `granted` is an answer of the token page that is to be used up first.
    """

    def __init__(self, credentials: Credentials, *, patient: bool = True, granted: Answer | None = None) -> None:
        self._base_url = credentials.base_url
        self._attempts = 6 if patient else 1
        self._door = Door()
        self._tokens = TokenSource(self._door, credentials, granted)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()

    @property
    def requests(self) -> int:
        """Count every call so far: pages, tokens, and what was repeated."""
        return self._door.calls

    def agent(self) -> Agent:
        """Read who the application is logged in as. Raises PsaError that says what to mend."""
        answer = self._get("Agent/me", {}, PROFILE_LIMITS)
        agent = profile.read(answer)
        if agent is None:
            raise refusals.refused_agent(answer)
        return agent

    def pages(self, record_type: str, *, after: int, seen: set[int]) -> Iterator[Page]:
        """Read the pages behind page `after`; `seen` holds the ids of the pages before and grows with each page.

        Ends where the reference says that a list ends (halo-api.md section 3.2): all rows that Halo counts have been
        seen, or a page is empty or brings nothing new. Raises PsaError when a page cannot be had.
        """
        resource = RESOURCES[record_type]
        unusable: Counter[bytes] = Counter()
        number = after
        while True:
            number += 1
            page, sent = self._page(record_type, resource, number, seen, unusable)
            yield page
            nothing_new = not page.rows
            all_seen = page.total is not None and len(seen) + unusable.total() >= page.total
            last_uncounted = page.total is None and sent.is_short
            if nothing_new or all_seen or last_uncounted:
                return

    def peek(self, record_type: str, limits: Limits, *, page: int, size: int, active_only: bool = False) -> Sent:
        """Read one page of a list as it is, once. Raises PsaError."""
        resource = RESOURCES[record_type]
        params = {**resource.params, **PAGING, "page_no": str(page), "page_size": str(size)}
        if active_only:
            params["includeinactive"] = "false"
        return decoded(self._get(resource.path, params, limits), resource)

    def columns(self, record_type: str, payload: bytes) -> Columns:
        return records.columns(record_type, payload)

    def _page(
        self, record_type: str, resource: Resource, number: int, seen: set[int], unusable: Counter[bytes]
    ) -> tuple[Page, Sent]:
        params = {**resource.params, **PAGING, "page_no": str(number), "page_size": str(PAGE_SIZE)}
        for attempt in stamina.retry_context(on=_pause, attempts=self._attempts, wait_max=LONGEST_PAUSE_SECONDS):
            with attempt:
                answer = self._get(resource.path, params, PAGE_LIMITS)
                sent = decoded(answer, resource)
        rows = unseen(record_type, sent.rows, seen, unusable)
        return Page(number, rows, sent.total, answer.seconds), sent

    def _get(self, path: str, params: dict[str, str], limits: Limits) -> Answer:
        """Read with a token; a refused token is replaced once (halo-api.md section 5)."""
        url = f"{self._base_url}/api/{path}"
        try:
            token = self._tokens.token()
            answer = self._door.get(url, params=params, token=token, limits=limits)
            if answer.status == 401:
                token = self._tokens.renew(token)
                answer = self._door.get(url, params=params, token=token, limits=limits)
        except OutboundError as error:
            raise refusals.stopped(error, "base_url") from error
        return answer


def _pause(error: Exception) -> bool | float:
    """Tell the retry loop whether to go on, and after how many seconds if Halo has said so."""
    if not isinstance(error, PsaUnavailable):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_PAUSE_SECONDS else False
