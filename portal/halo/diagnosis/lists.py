"""Finds out which lists the agent may read: one or two small requests per list, in parallel, within a time limit."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final

from portal.errors import PsaError, PsaRefusedType
from portal.halo.client import HaloClient
from portal.halo.resources import PAGE_SIZE
from portal.outbound import CallLimits
from portal.psa.diagnosis import CAUTIOUS_PAGE_SIZE, Access, ListAccess

SECONDS: Final = 10.0
# No list is this long: the response has no rows, but does have the total and the effective page size.
PAST_THE_END: Final = 1_000_000


def probe(client: HaloClient, record_types: Iterable[str], *, seconds: float = SECONDS) -> dict[str, ListAccess]:
    """Probe each list. Lists that have not responded after `seconds` are `unknown`. Raises nothing."""
    limits = CallLimits(seconds=seconds / 2, size=4 * 1024 * 1024)
    with ThreadPoolExecutor(max_workers=8, thread_name_prefix="lists") as pool:
        probes = {each: pool.submit(_probe, client, each, limits) for each in record_types}
        wait(probes.values(), timeout=seconds)
        return {each: _result(probe) for each, probe in probes.items()}


def _probe(client: HaloClient, record_type: str, limits: CallLimits) -> ListAccess:
    everything = client.peek(record_type, limits, page=1, size=1)
    total = everything.total if everything.total is not None else len(everything.rows)
    if total == 0:
        return ListAccess(
            Access.EMPTY,
            problem="Halo shows no records of this type.",
            remedy="If there are some, the agent's role, teams or departments keep it from seeing them.",
        )
    granted = client.peek(record_type, limits, page=PAST_THE_END, size=PAGE_SIZE)
    return ListAccess(
        Access.GRANTED,
        total=total,
        inactive=_inactive_clients(client, total, limits) if record_type == "clients" else 0,
        page_size=granted.size or CAUTIOUS_PAGE_SIZE,
        counted=any(each.total is not None and each.total > len(each.rows) for each in (everything, granted)),
    )


def _inactive_clients(client: HaloClient, total: int, limits: CallLimits) -> int:
    """Return the total minus active clients: Halo has no filter for inactive ones only."""
    active = client.peek("clients", limits, page=1, size=1, active_only=True).total
    return 0 if active is None else max(0, total - active)


def _result(probe: Future[ListAccess]) -> ListAccess:
    if not probe.done():
        return ListAccess(Access.UNKNOWN, problem="Halo didn't respond in time.", remedy="Test the connection again.")
    try:
        return probe.result()
    except PsaRefusedType as refused:
        return ListAccess(Access.REFUSED, problem=refused.problem, remedy=refused.remedy)
    except PsaError as error:
        return ListAccess(Access.UNKNOWN, problem=error.problem, remedy=error.remedy)
