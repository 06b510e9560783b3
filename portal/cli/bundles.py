"""`portal support-bundle`: writes a file for Scopable's support."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import click

from portal import log
from portal.cli.database_access import with_database
from portal.cli.output import say
from portal.services.accounts import accounts
from portal.services.audit import export_log
from portal.services.operations import account_bundle, support_bundle


@click.command("support-bundle")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path), default="portal-support.zip")
@click.option("--account", "name", metavar="A", help="Only this account: what its admins can download, too.")
def write_bundle(file: Path, name: str | None) -> None:
    """Write versions, settings, counts, recent runs and their problems to a ZIP file.

    It holds no secret, no person and no copied record; still, look through it before you send it.
    """
    if name is not None:
        _write_account(file, name)
        return
    # Redacted like the logs, in case a server's error message quotes a token.
    with with_database() as config:
        parts = log.redact(None, "", support_bundle.collect(config))
        export_log.bundle()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(f"{name}.json", json.dumps(part, indent=2, ensure_ascii=False, default=str))
    say(f"Wrote {file}.")


def _write_account(file: Path, name: str) -> None:
    with with_database():
        account = accounts.get(name)
        file.write_bytes(account_bundle.build(account))
        export_log.bundle(account)
    say(f"Wrote {file}.")
