"""`portal support-bundle`: a file to send to Scopable's support."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import click

from portal import log
from portal.cli.opening import opened
from portal.cli.output import say
from portal.services.audit import export_log
from portal.services.operations import support_bundle


@click.command("support-bundle")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path), default="portal-support.zip")
def write_bundle(file: Path) -> None:
    """Write versions, settings, counts, recent runs and their problems to a ZIP file.

    It holds no secret, no person and no copied record; still, look through it before you send it.
    """
    # Sealed by the same filter as the logs, in case an error message of some server ever quotes a token.
    with opened() as config:
        parts = log.redact(None, "", support_bundle.collect(config))
        export_log.bundle()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(f"{name}.json", json.dumps(part, indent=2, ensure_ascii=False, default=str))
    say(f"Wrote {file}.")
