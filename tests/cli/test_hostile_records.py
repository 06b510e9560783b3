"""Control characters in record names are escaped."""

from __future__ import annotations

import pytest

from portal.models.records import Record
from tests.cli.conftest import Shell
from tests.cli.test_hostile_names import HOSTILE, harmless
from tests.cli.test_webhooks import ACCOUNT
from tests.halo_fixtures import Copy, copy, halo

__all__ = ["copy", "halo"]


@pytest.mark.parametrize(
    "words", [("list", "clients"), ("list", "clients", "--json"), ("show", "clients", "{id}"), ("export",)]
)
def test_of_a_record(words: tuple[str, ...], shell: Shell, copy: Copy) -> None:
    copy.sync("clients")
    remote_id = min(copy.ids("clients"))
    Record.update(name=HOSTILE).where(Record.remote_id == remote_id).execute()
    given = [word.format(id=remote_id) for word in words[1:]]
    assert harmless(shell.ok("records", words[0], *ACCOUNT, *given))
