"""Reads a secret from standard input or a prompt, never from an argument, which others could see in `ps`."""

from __future__ import annotations

import sys

import click

from portal.vault import Secret


def read_secret(label: str, *, from_stdin: bool, confirm: bool = False) -> Secret:
    """Read one line from standard input, or prompt for it, twice if `confirm`."""
    if from_stdin:
        value = sys.stdin.readline().rstrip("\r\n")
    else:
        value = click.prompt(label, hide_input=True, confirmation_prompt=confirm, err=True)
    if not value:
        raise click.UsageError(f"{label} is empty.")
    return Secret(value)
