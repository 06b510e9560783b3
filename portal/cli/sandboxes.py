"""`portal sandbox`: simulated PSA servers for trying out the portal."""

from __future__ import annotations

import sys

import click


@click.group()
def sandbox() -> None:
    """Serve a simulated PSA on this machine."""


@sandbox.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def halo(arguments: tuple[str, ...]) -> None:
    """Serve a simulated HaloPSA; `portal sandbox halo --help` lists its options."""
    from portal.sandbox import halo as simulated

    sys.exit(simulated.main(list(arguments)))


@sandbox.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def connectwise(arguments: tuple[str, ...]) -> None:
    """Serve a simulated ConnectWise PSA; `portal sandbox connectwise --help` lists its options."""
    from portal.sandbox import connectwise as simulated

    sys.exit(simulated.main(list(arguments)))
