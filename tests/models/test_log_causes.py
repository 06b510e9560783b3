"""Lines about the same problem have the same cause, whatever numbers and names they have; others have another one."""

from __future__ import annotations

import time
from itertools import combinations

import pytest

from portal.models.log_causes import LENGTH, cause_of
from portal.models.sync import LogLevel

SAME = {
    "numbers": [
        "Halo counts 67 contacts, but 60 arrived: 7 are missing.",
        "Halo counts 1,067 contacts, but 1,059 arrived: 8 are missing.",
        "Halo counts 61 contacts, but 60 arrived: 1 is missing.",
    ],
    "one and many": [
        "Halo no longer lists 1 client.",
        "Halo no longer lists 2 clients.",
        "Halo no longer lists 1,200 clients.",
    ],
    "a plural in -ies": ["ConnectWise lists 1 company twice.", "ConnectWise lists 3 companies twice."],
    "ids": [
        "A record wasn't stored. Halo sent a record with the id 0.",
        "A record wasn't stored. Halo sent a record with the id -1.",
        "A record wasn't stored. Halo sent a record with the id 1.5.",
        "A record wasn't stored. Halo sent a record with the id 99999999999999999999.",
    ],
    "lists of ids": [
        "Halo lists assets 7, but doesn't return them.",
        "Halo lists assets 7, 8, but doesn't return them.",
        "Halo lists assets 7, 8, 9 and 12 more, but doesn't return them.",
    ],
    "names": [
        "The details of “Acme” (7) couldn't be read. Halo is down.",
        "The details of “Greystone Solicitors” (20) couldn't be read. Halo is down.",
        "The details of “Müller & Söhne” (20), “株式会社” (3) couldn't be read. Halo is down.",
        "The details of “A, B” (1), “12 Monkeys” (2), “C” (3) and 4 more clients couldn't be read. Halo is down.",
    ],
    "nothing and something": [
        'The owner is "".',
        'The owner is "Ada".',
        "The owner is 'Ada'.",
        "The owner is “Ada”.",
    ],
    "times": [
        "Halo's request limit is used up. Resumes automatically at 12:02:00.",
        "Halo's request limit is used up. Resumes automatically at 9:15.",
        "Halo's request limit is used up. Resumes automatically at 2026-11-28T10:00:00+00:00.",
    ],
    "uuids": [
        "Delivery 3f2504e0-4f89-11d3-9a0c-0305e82c3301 was lost.",
        "Delivery 3F2504E0-4F89-11D3-9A0C-0305E82C3302 was lost.",
        "Delivery 00000000-0000-0000-0000-000000000000 was lost.",
    ],
    "addresses": ["No answer to GET /api/Client/12. It is down.", "No answer to GET /api/Client/340. It is down."],
    "digits of other scripts": ["Record ٣ is bad.", "Record ४५ is bad.", "Record 7 is bad."],
    "lines": ['The note is "a\nb".', 'The note is "c".'],
}
DIFFERENT = [
    "",
    " ",
    "Halo",
    "halo",
    "Halo doesn't let the agent read assets.",
    "Halo doesn't let the agent read sites.",
    "Halo counts 60 contacts, but 67 arrived.",
    "Halo counts 67 contacts, but 60 arrived: 7 are missing.",
    "Halo counts 67 assets, but 60 arrived: 7 are missing.",
    "No answer to GET /api/Client. It is down.",
    "No answer to GET /api/Client/12. It is down.",
    "No answer to GET /api/Asset/12. It is down.",
    "No answer to POST /api/Client/12. It is down.",
    "Record 7 wasn't stored. Its text isn't UTF-8.",
    "Record 7 wasn't stored. It has no name.",
    "A record wasn't stored. It has no name.",
    "The owner is “Ada”.",
    "The owner is Ada.",
    "Größe",
    "Grösse",
    "株式会社",
    "x" * 100_000,
    "x" * 100_001,
]


@pytest.mark.parametrize("level", ["warning", "error"])
@pytest.mark.parametrize("messages", SAME.values(), ids=SAME.keys())
def test_the_same_problem_with_other_numbers_or_names_has_the_same_cause(messages: list[str], level: str) -> None:
    assert len({cause_of(level, message) for message in messages}) == 1


def test_different_problems_have_different_causes() -> None:
    assert [pair for pair in combinations(DIFFERENT, 2) if len({cause_of("error", each) for each in pair}) == 1] == []


def test_a_warning_and_an_error_have_different_causes() -> None:
    assert cause_of("warning", "Halo is down.") != cause_of("error", "Halo is down.")


@pytest.mark.parametrize("message", ["", "Sync completed.", "Record 7 was added."])
def test_information_has_no_cause(message: str) -> None:
    assert cause_of("info", message) == ""
    assert cause_of(LogLevel.INFO, message) == ""


@pytest.mark.parametrize("message", ["", "x", "x" * 1_000_000, "\ud800", "\x00", "👩‍👩‍👧", '"', "“", "7", "\n"])
def test_every_problem_has_a_cause_of_the_same_length(message: str) -> None:
    cause = cause_of("warning", message)
    assert len(cause) == LENGTH
    assert cause == cause_of(LogLevel.WARNING, message)


@pytest.mark.parametrize("text", ["the client's name", "the clients' names", "isn't, doesn't, can't"])
def test_an_apostrophe_quotes_nothing(text: str) -> None:
    assert cause_of("error", f"{text} is lost, it's bad.") != cause_of("error", f"{text} is kept, it's bad.")


def test_a_quotation_that_is_cut_off_swallows_nothing_else() -> None:
    assert cause_of("error", "Halo refused “Acme") != cause_of("error", "ConnectWise refused “Acme")


@pytest.mark.parametrize(
    "piece", ["1", "1,", "1 ", "#, ", '"', "“", "'", " '", "“” (1), ", "a-", "deadbeef-", "# and # more "]
)
def test_a_hostile_message_takes_no_longer_than_its_length(piece: str) -> None:
    began = time.monotonic()
    cause_of("error", piece * (300_000 // len(piece)))
    assert time.monotonic() - began < 5
