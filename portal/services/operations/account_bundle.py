"""One account's support bundle: a ZIP file that answers support's first questions.

It never holds a secret, a payload, or the name or address of a person. Every part has a limit, so that the file is
small and made in a moment however large the account is.
"""

from __future__ import annotations

import io
import json
import platform
import zipfile
from importlib.metadata import version
from typing import Any, Final

from portal import clock, log
from portal.db import db, pending
from portal.models.accounts import Account, User
from portal.models.audit import AuditEntry
from portal.models.integrations import Integration
from portal.models.issues import Issue
from portal.services.operations import bundled_integrations, bundled_runs
from portal.services.operations.pseudonyms import Pseudonyms

ISSUES: Final = 100
ENTRIES: Final = 200
README: Final = """\
Scopable support bundle
=======================

Made {at} for the account {account}.

  about.json             versions of the portal, and of what it runs on
  integrations.json      each connection: its state, choices, schedule, request limit, webhook and record counts
  connection_tests.json  the last connection tests: what the login could read, and what changed
  runs.json              the last {runs} syncs, with the counts and problems of each record type
  problems.json          the last warnings and errors of the sync logs
  issues.json            what needed a person lately
  activity.json          what was done lately, without details

It holds no credentials, no webhook secrets and no copied records. People appear as pseudonyms such as
person-1a2b3c4d, which are the same throughout this file and different in the next. Values that a message quotes from
a record are replaced by [value], and names of records by [name]. Times are in UTC.

Still, look through it before you send it.
"""


def build(account: Account) -> bytes:
    """Return the account's bundle as a ZIP file."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        readme = README.format(
            at=clock.now().isoformat(timespec="seconds"), account=account.id, runs=bundled_runs.RUNS
        )
        archive.writestr("README.txt", readme)
        for name, part in collect(account).items():
            archive.writestr(f"{name}.json", json.dumps(part, indent=2, ensure_ascii=False, default=str))
    return memory.getvalue()


def collect(account: Account) -> dict[str, Any]:
    """Return the bundle's parts by name, each ready for JSON."""
    people = _people(account)
    mine = list(Integration.select().where(Integration.account == account).order_by(Integration.id))
    parts = {
        "about": _about(account),
        "integrations": [bundled_integrations.integration(each, people) for each in mine],
        "connection_tests": {each.psa: bundled_integrations.tests(each, people) for each in mine},
        "runs": {each.psa: bundled_runs.runs(each, people) for each in mine},
        "problems": {each.psa: bundled_runs.problems(each) for each in mine},
        "issues": {each.psa: _issues(each) for each in mine},
        "activity": _activity(account, people),
    }
    # Redacted like the logs too, in case a server's error message quotes a token.
    cleaned: dict[str, Any] = log.redact(None, "", people.clean(parts))
    return cleaned


def _people(account: Account) -> Pseudonyms:
    rows: Any = User.select(User.name, User.email).where(User.account == account).tuples()
    return Pseudonyms({text: email for name, email in rows for text in (name, email)})


def _about(account: Account) -> dict[str, Any]:
    return {
        "at": clock.now(),
        "account": account.id,
        "time_zone": account.time_zone,
        "enabled_psas": account.enabled_psas,
        "portal": version("scopable-portal"),
        "python": platform.python_version(),
        "database": type(db.obj).__name__,
        "pending_migrations": pending(),
    }


def _issues(one: Integration) -> list[dict[str, Any]]:
    rows = Issue.select().where(Issue.integration == one).order_by(Issue.id.desc()).limit(ISSUES)
    names = ("kind", "subject", "severity", "opened_at", "last_seen_at", "closed_at", "times", "affected", "problem")
    return [{name: getattr(row, name) for name in names} for row in rows]


def _activity(account: Account, people: Pseudonyms) -> list[dict[str, Any]]:
    """Return what was done, without details: they may name people and records."""
    rows = AuditEntry.select().where(AuditEntry.account == account).order_by(AuditEntry.id.desc()).limit(ENTRIES)
    return [
        {"at": row.at, "who": people.of(row.actor) or "operator", "action": row.action, "count": row.count}
        for row in rows
    ]
