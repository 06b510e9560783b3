"""`portal sandbox`: simulated PSA servers for trying out the portal."""

from __future__ import annotations

import importlib
import sys

import click

from portal.psa.adapter import PsaAdapter
from portal.psa.registry import ADAPTERS


@click.group()
def sandbox() -> None:
    """Serve a simulated PSA on this machine."""


def _command(psa: PsaAdapter) -> click.Command:
    """Make the command `sandbox <psa>`. The simulation parses its own options."""
    summary = f"Serve a simulated {psa.name}; `portal sandbox {psa.slug} --help` lists its options."

    @click.command(psa.slug, help=summary, context_settings={"ignore_unknown_options": True, "help_option_names": []})
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def command(arguments: tuple[str, ...]) -> None:
        sys.exit(importlib.import_module(f"portal.sandbox.{psa.slug}").main(list(arguments)))

    return command


for each in ADAPTERS.values():
    sandbox.add_command(_command(each))
