"""What the agent may read: one small look at each list, all at the same time, under one limit of time."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from enum import StrEnum
from typing import Final

import msgspec

from portal.errors import PsaError, PsaRefusedType
from portal.halo.client import HaloClient
from portal.halo.resources import PAGE_SIZE
from portal.outbound import Limits

SECONDS: Final = 10.0
# What Halo grants where a look could not tell (halo-api.md section 3.2).
CAUTIOUS_PAGE_SIZE: Final = 100
# No list is so long: the answer has no rows, but says how many there are and what size was granted.
BEHIND_THE_END: Final = 1_000_000


class Access(StrEnum):
    """`empty` is also what Halo answers when the agent may open a list but see none of its rows."""

    GRANTED = "granted"
    REFUSED = "refused"
    EMPTY = "empty"
    UNKNOWN = "unknown"


class Look(msgspec.Struct):
    """What one look at a list has shown. `total` counts all records; `inactive` only the clients that are not active.

    `page_size` is what Halo says it grants when 1,000 are asked for. `counted` tells that `total` counts the whole
    list, as it was more than the rows that came. `problem` and `remedy` say why it is not `granted`.
    """

    access: Access
    total: int = 0
    inactive: int = 0
    page_size: int = CAUTIOUS_PAGE_SIZE
    counted: bool = False
    problem: str = ""
    remedy: str = ""

    @property
    def is_uncounted(self) -> bool:
        """Tell whether `total` is only the one row that the look has brought."""
        return self.access == Access.GRANTED and self.total == 1 and not self.counted


def probe(client: HaloClient, record_types: Iterable[str], *, seconds: float = SECONDS) -> dict[str, Look]:
    """Look at each list; what has not answered after `seconds` is `unknown`. Raises nothing."""
    limits = Limits(seconds=seconds / 2, size=4 * 1024 * 1024)
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="probe") as pool:
        looks = {each: pool.submit(_look, client, each, limits) for each in record_types}
        wait(looks.values(), timeout=seconds)
        return {each: _result(look) for each, look in looks.items()}


def _look(client: HaloClient, record_type: str, limits: Limits) -> Look:
    everything = client.peek(record_type, limits, page=1, size=1)
    total = everything.total if everything.total is not None else len(everything.rows)
    if total == 0:
        return Look(
            Access.EMPTY,
            problem="Halo shows no record of this type.",
            remedy="If there are some, the agent's role, teams or departments do not let it see them.",
        )
    granted = client.peek(record_type, limits, page=BEHIND_THE_END, size=PAGE_SIZE)
    return Look(
        Access.GRANTED,
        total=total,
        inactive=_inactive_clients(client, total, limits) if record_type == "clients" else 0,
        page_size=granted.size or CAUTIOUS_PAGE_SIZE,
        counted=any(each.total is not None and each.total > len(each.rows) for each in (everything, granted)),
    )


def _inactive_clients(client: HaloClient, total: int, limits: Limits) -> int:
    """Count them as what is missing when only active ones are asked for; no filter of Halo shows them alone."""
    active = client.peek("clients", limits, page=1, size=1, active_only=True).total
    return 0 if active is None else max(0, total - active)


def _result(look: Future[Look]) -> Look:
    if not look.done():
        return Look(Access.UNKNOWN, problem="Halo did not answer in time.", remedy="Test the connection again.")
    try:
        return look.result()
    except PsaRefusedType as refused:
        return Look(Access.REFUSED, problem=refused.problem, remedy=refused.remedy)
    except PsaError as error:
        return Look(Access.UNKNOWN, problem=error.problem, remedy=error.remedy)
