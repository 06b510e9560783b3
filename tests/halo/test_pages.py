"""Reading a list to its end, whatever Halo grants, repeats or leaves out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.errors import PsaUnavailable
from portal.halo.client import HaloClient
from portal.sandbox.halo import HaloSandbox
from tests.halo.conftest import SIZES, Connect
from tests.halo.scripted import scripted

Answer = Callable[[int], Any]


def read(client: HaloClient, record_type: str, *, after: int = 0, seen: set[int] | None = None) -> list[list[int]]:
    """Return the usable ids of each page."""
    pages = client.pages(record_type, after=after, seen=set() if seen is None else seen)
    return [[row.facts.remote_id for row in page.rows if row.facts is not None] for page in pages]


def read_scripted(answer: Answer) -> list[list[int]]:
    """Read the clients of a Halo whose page N is `answer(N)`; give up when it never ends."""

    def script(_: str, query: dict[str, str]) -> Any:
        if not query:
            return None
        assert int(query["page_no"]) < 10, "read on and on"
        return answer(int(query["page_no"]))

    with scripted(script) as credentials, HaloClient(credentials) as client:
        return read(client, "clients")


def rows(*ids: Any) -> list[dict[str, Any]]:
    return [{"id": each} for each in ids]


@pytest.mark.parametrize("record_type", SIZES)
def test_every_row_of_every_type_arrives_once(record_type: str, halo: HaloSandbox, connect: Connect) -> None:
    ids = [each for page in read(connect(), record_type) for each in page]
    truth = halo.truth(record_type, ids=True)
    assert sorted(ids) == sorted(truth["active_ids"] + truth["inactive_ids"])


def test_a_granted_size_below_the_asked_one_is_lived_with(halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(caps={"assets": 7})
    pages = read(connect(), "assets")
    assert [len(page) for page in pages] == [7] * 17 + [1]
    assert halo.counts()["by_kind"]["assets"] == 18


def test_one_request_is_enough_for_a_list_that_fits(halo: HaloSandbox, connect: Connect) -> None:
    assert len(read(connect(), "contacts")) == 1
    assert halo.counts()["by_kind"] == {"token": 1, "contacts": 1}


def test_an_empty_list_is_one_empty_page(halo: HaloSandbox, connect: Connect) -> None:
    halo.change_tenant(unseen=["assets"])
    assert read(connect(), "assets") == [[]]


def test_it_goes_on_after_a_page_with_what_was_seen_before(halo: HaloSandbox, connect: Connect) -> None:
    first, *rest = read(connect(), "assets")
    halo.reset()
    assert read(connect(), "assets", after=1, seen=set(first)) == rest
    assert [entry["query"] for entry in halo.journal(kind="assets") if "page_no=1&" in entry["query"]] == []


def test_a_page_that_halo_sends_again_ends_the_list(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("repeated_page", on="assets", page=2)
    assert [len(page) for page in read(connect(), "assets")] == [50, 0]


def test_a_count_that_is_too_high_ends_with_an_empty_page(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("lying_count", on="clients", size=3, times=None)
    client = connect()
    pages = list(client.pages("clients", after=0, seen=set()))
    assert [len(page.rows) for page in pages] == [9, 0]
    assert pages[0].total == 12


@pytest.mark.parametrize("past_end", ["empty", "repeat"])
def test_a_page_beyond_the_end_brings_nothing_new(past_end: str, halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(past_end=past_end)
    halo.fault("lying_count", on="assets", size=3, times=None)
    assert [len(page) for page in read(connect(), "assets")] == [50, 50, 20, 0]


@pytest.mark.parametrize("past_end", ["empty", "repeat"])
def test_rows_without_an_id_are_handed_on_and_end_nothing(past_end: str, halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(past_end=past_end)
    halo.fault("bad_ids", on="assets", times=None)
    pages = list(connect().pages("assets", after=0, seen=set()))
    assert sum(len(page.rows) for page in pages) == 120
    assert sum(row.facts is None for page in pages for row in page.rows) == 15
    assert len(pages) == 3


def test_rows_that_move_between_pages_count_once(connect: Connect) -> None:
    answers = {1: rows(1, 2, 3), 2: rows(3, 4, 5), 3: []}
    pages = read_scripted(lambda number: {"record_count": 6, "page_size": 3, "clients": answers[number]})
    assert pages == [[1, 2, 3], [4, 5], []]


def test_without_any_count_a_short_page_is_the_last() -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    assert read_scripted(lambda number: {"page_size": 2, "clients": answers[number]}) == [[1, 2], [3]]


@pytest.mark.parametrize("beyond", [rows(), rows(1, 2)])
def test_without_count_and_size_it_reads_until_nothing_new_comes(beyond: list[Any]) -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    assert read_scripted(lambda number: {"clients": answers.get(number, beyond)}) == [[1, 2], [3], []]


@pytest.mark.parametrize("count", [3, 3.0, "3"])
def test_a_count_may_be_written_in_several_ways(count: Any) -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    assert read_scripted(lambda number: {"record_count": count, "clients": answers[number]}) == [[1, 2], [3]]


@pytest.mark.parametrize("count", [None, True, -1, 1.5, "many", [3], 10**30])
def test_a_count_that_is_none_is_as_good_as_missing(count: Any) -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    assert read_scripted(lambda number: {"record_count": count, "clients": answers.get(number, [])})[-1] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"clients":null}',
        b'{"clients":{}}',
        b'{"record_count":0}',
        b'{"Clients":[]}',
        b'{"clients":[{"id":1}',
        b'{"clients":[{"id":1,"name":"a\x00b"}]}',
        b"<html></html>",
        b'{"clients":' + b"[" * 100_000,
        b'\xff\xfe{"clients":[]}',
    ],
)
def test_what_is_no_list_is_a_passing_failure(body: bytes) -> None:
    with pytest.raises(PsaUnavailable) as failed:
        read_scripted(lambda _: body)
    assert "not a list of clients" in failed.value.problem
