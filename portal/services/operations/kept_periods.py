"""How long each kind of data is kept, as people read it. The operator sets the periods (see retention.py)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from portal.services.accounts import sessions
from portal.services.audit import audit_log
from portal.services.operations import retention
from portal.services.webhooks import delivery_store


@dataclass(frozen=True)
class KeptPeriod:
    """`kept` is None for what stays until the records are deleted. `setting` names the operator's setting, if any."""

    what: str
    kept: timedelta | None
    note: str = ""
    setting: str = ""


def periods() -> list[KeptPeriod]:
    found = retention.periods()
    store = delivery_store.MOST_KEPT // delivery_store.MB
    return [
        KeptPeriod("Records", None, "A record deleted in the PSA stays, marked as deleted."),
        KeptPeriod("What changed in a record", found.history, setting="PORTAL_KEEP_HISTORY_DAYS"),
        KeptPeriod("Sync logs", found.logs, setting="PORTAL_KEEP_LOGS_DAYS"),
        KeptPeriod("Runs and their counts", max(retention.RUNS_KEPT, found.logs), "The last run always stays."),
        KeptPeriod(
            "Webhook deliveries",
            found.deliveries,
            f"Those that failed stay as long as a record's changes, so that you can replay them; {store} MB at most.",
            "PORTAL_KEEP_DELIVERIES_DAYS",
        ),
        KeptPeriod(
            "Activity",
            audit_log.kept(),
            "Nobody can change or delete an entry before that.",
            "PORTAL_KEEP_AUDIT_DAYS",
        ),
        KeptPeriod("Login sessions", sessions.limits().longest, setting="PORTAL_SESSION_DAYS"),
    ]
