"""`portal support-bundle`: writes a file for Scopable's support."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import click

from portal import log
from portal.cli.database_access import with_database
from portal.cli.output import say
from portal.services.audit import export_log
from portal.services.operations import support_bundle


@click.command("support-bundle")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path), default="portal-support.zip")
def write_bundle(file: Path) -> None:
    """Write versions, settings, counts, recent runs and their problems to a ZIP file.

    It holds no secret, no person and no copied record; still, look through it before you send it.
    """
    # Redacted like the logs, in case a server's error message quotes a token.
    with with_database() as config:
        parts = log.redact(None, "", support_bundle.collect(config))
        export_log.bundle()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(f"{name}.json", json.dumps(part, indent=2, ensure_ascii=False, default=str))
    say(f"Wrote {file}.")
