"""`portal vault`: the encryption keys of stored secrets."""

from __future__ import annotations

import click

from portal.cli.database_access import with_database
from portal.cli.output import json_option, print_json, say
from portal.errors import VaultError
from portal.services.operations import sealed_values


@click.group("vault")
def vault_() -> None:
    """Check stored secrets and move them to a new key."""


@vault_.command()
@with_database()
def rotate() -> None:
    """Re-encrypt all secrets with the current key.

    First put the new key into PORTAL_VAULT_KEY and the old one into PORTAL_VAULT_KEY_PREVIOUS, and restart.
    """
    say(f"Secrets re-encrypted: {sealed_values.rotate()}. The previous key is no longer needed.")


@vault_.command()
@json_option
@with_database()
def doctor(*, as_json: bool) -> None:
    """Check that every stored secret can be decrypted; exits with 1 if one can't."""
    found = sealed_values.examine()
    if as_json:
        print_json(found.as_dict())
    else:
        say(f"Secrets: {found.sealed}. Encrypted with a previous key: {found.stale}.")
    if not found.ok:
        raise VaultError(
            f"Secrets of these accounts and people can't be decrypted: {', '.join(found.broken)}.",
            "Set PORTAL_VAULT_KEY_PREVIOUS to the old key. Without it, ask accounts to enter the secret again, and"
            " run `portal user reset-two-factor` for people.",
        )
