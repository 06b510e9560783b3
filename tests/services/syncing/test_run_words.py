"""What started a run and what came of it, in words."""

from __future__ import annotations

import pytest

from portal.models.accounts import User
from portal.models.sync import RunTrigger, SyncRun
from portal.services.syncing import run_words
from portal.sync.record_types import RecordType

ADA = User(name="Ada Admin", email="ada@northwind.example")
CHOSEN = ["clients", "sites", "contacts"]
ALL = [RecordType(one) for one in CHOSEN]
NOTHING = {"created": 0, "updated": 0, "deleted": 0}


@pytest.mark.parametrize(
    ("trigger", "user", "words"),
    [
        (RunTrigger.FILTERS, ADA, "a change to the sync filters by Ada Admin"),
        (RunTrigger.FILTERS, None, "a change to the sync filters"),
        (RunTrigger.USER, ADA, "Ada Admin"),
        (RunTrigger.USER, None, "a user"),
        (RunTrigger.WIZARD, ADA, "Ada Admin in the setup wizard"),
        (RunTrigger.SCHEDULE, None, "the schedule"),
        (RunTrigger.WEBHOOK, None, "a webhook, to catch up"),
        (RunTrigger.CLI, None, "the command line"),
    ],
)
def test_a_run_names_what_started_it(trigger: RunTrigger, user: User | None, words: str) -> None:
    assert run_words.starter(trigger, user) == words


def test_every_trigger_has_its_words() -> None:
    assert run_words.STARTERS.keys() == set(RunTrigger)


@pytest.mark.parametrize(
    ("run", "totals", "types", "words"),
    [
        ({}, {}, ALL, "Everything is complete and up to date. No record changed."),
        ({}, {"created": 1}, ALL, "Everything is complete and up to date: 1 record created."),
        (
            {"excluded": 821},
            {"deleted": 2},
            ALL,
            "Everything is complete and up to date: 821 records newly excluded and 2 deleted.",
        ),
        ({"returned": 3}, {"updated": 3}, ALL, "Everything is complete and up to date: 3 records synced again."),
        (
            {"trigger": RunTrigger.FILTERS, "excluded": 821},
            {},
            ALL,
            "Your new sync filters are applied: 821 records newly excluded.",
        ),
        ({"trigger": RunTrigger.FILTERS}, {}, ALL, "Your new sync filters are applied. No record changed."),
        ({}, {}, [RecordType.SITES], "Sites are complete and up to date. No record changed."),
        (
            {},
            {"created": 1200, "updated": 1},
            ALL[:2],
            "Clients and sites are complete and up to date: 1,200 records created and 1 updated.",
        ),
    ],
)
def test_a_run_sums_up_its_changes(
    run: dict[str, object], totals: dict[str, int], types: list[RecordType], words: str
) -> None:
    made = SyncRun(**{"trigger": RunTrigger.USER, **run})
    assert run_words.result(made, NOTHING | totals, types, CHOSEN) == words
