"""Recording what leaves the portal: exports, downloads and bundles."""

from __future__ import annotations

from collections.abc import Collection

from portal.models.accounts import Account, User
from portal.models.integrations import Integration
from portal.models.records import Record, RecordState
from portal.models.switching import ClientPairing
from portal.models.sync import SyncRun
from portal.services.audit import audit_log
from portal.sync.record_types import RecordType


def record(found: Record, user: User) -> None:
    audit_log.record(found.integration.account, user, "record.downloaded", f"{found.record_type} {found.remote_id}")


def records(
    integration: Integration,
    types: Collection[RecordType],
    state: RecordState | None,
    form: str,
    user: User | None = None,
    *,
    narrowed: bool = False,
) -> None:
    """Record an export by a person or by the operator. `narrowed` means that filters left records out."""
    which = f"{', '.join(types)}, {state.replace('_', ' ') if state else 'all states'}, as {form}"
    which += ", filtered" if narrowed else ""
    audit_log.record(integration.account, user, "records.exported", which)


def failed_records(integration: Integration, form: str, user: User) -> None:
    audit_log.record(integration.account, user, "records.exported", f"failed records, as {form}")


def sync_log(run: SyncRun, user: User, form: str) -> None:
    audit_log.record(run.integration.account, user, "log.downloaded", f"run {run.id}, as {form}")


def log_lines(integration: Integration, filters: str, user: User, form: str) -> None:
    """Record an export of log lines. `filters` describes which."""
    audit_log.record(integration.account, user, "log.exported", f"{filters}, as {form}")


def pairing(found: ClientPairing, name: str, user: User) -> None:
    audit_log.record(found.account, user, "pairing.exported", name.replace("-", " "))


def bundle(account: Account | None = None, user: User | None = None) -> None:
    """Record a bundle of the account's data; without an account, of the whole portal."""
    audit_log.record(account, user, "bundle.made")
