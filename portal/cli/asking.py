"""Asking for a secret: from standard input or at a prompt, never as an argument that others could read in `ps`."""

from __future__ import annotations

import sys

import click

from portal.vault import Secret


def secret(label: str, *, from_stdin: bool, confirm: bool = False) -> Secret:
    """Read one line of standard input, or ask twice if `confirm`."""
    if from_stdin:
        value = sys.stdin.readline().rstrip("\r\n")
    else:
        value = click.prompt(label, hide_input=True, confirmation_prompt=confirm, err=True)
    if not value:
        raise click.UsageError(f"{label} is empty.")
    return Secret(value)
