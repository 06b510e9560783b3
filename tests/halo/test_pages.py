"""Reading a list to its end, whatever page sizes, repetitions and omissions occur."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.errors import PsaUnavailable
from portal.halo.client import HaloClient
from portal.models.sync import CountKind
from portal.sandbox.halo import HaloSandbox
from portal.sync.past_readings import PastReading
from portal.sync.reading import Reading
from tests.halo.conftest import SIZES, Connect
from tests.halo.scripted import scripted

Answer = Callable[[int], Any]


def read(client: HaloClient, record_type: str, known: PastReading | None = None) -> list[list[int]]:
    """Read a list as a sync does; returns the usable ids that are new on each page."""
    reading, pages = Reading(known), []
    while (number := reading.next_page()) is not None:
        rows = reading.take(client.page(record_type, number))
        pages.append([row.facts.remote_id for row in rows if row.facts is not None])
    return pages


def read_scripted(answer: Answer) -> list[list[int]]:
    """Read the clients of a Halo whose page N is `answer(N)`; give up when it never ends."""

    def script(_: str, query: dict[str, str]) -> Any:
        if "page_no" not in query:
            return [] if query else None
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


def test_a_smaller_page_size_than_requested_is_accepted(halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(caps={"assets": 7})
    pages = read(connect(), "assets")
    assert sorted(len(page) for page in pages if page) == [1] + [7] * 17
    assert halo.counts()["by_kind"]["assets"] == 19  # the first one once more, since the last one was not known


def test_one_request_is_enough_for_a_list_that_fits(halo: HaloSandbox, connect: Connect) -> None:
    assert len(read(connect(), "contacts", PastReading(count_kind=CountKind.TOTAL))) == 1
    assert halo.counts()["by_kind"] == {"token": 1, "contacts": 1}


def test_an_empty_list_is_one_empty_page(halo: HaloSandbox, connect: Connect) -> None:
    halo.change_tenant(unseen=["assets"])
    assert read(connect(), "assets") == [[]]


def test_a_repeated_page_is_requested_again(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("repeated_page", on="assets", page=2)
    assert [len(page) for page in read(connect(), "assets")] == [50, 20, 0, 50, 0]


def test_a_count_that_is_too_high_costs_no_request_within_a_page(halo: HaloSandbox, connect: Connect) -> None:
    halo.fault("lying_count", on="clients", size=3, times=None)
    page = connect().page("clients", 1)
    assert (len(page.rows), page.total, page.size) == (9, 12, 1000)


@pytest.mark.parametrize("past_end", ["empty", "repeat"])
def test_a_page_beyond_the_end_brings_nothing_new(past_end: str, halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(past_end=past_end)
    halo.fault("lying_count", on="assets", size=40, times=None)
    pages = read(connect(), "assets")
    assert sorted(len(page) for page in pages if page) == [20, 50, 50]
    assert len(pages) <= 8


@pytest.mark.parametrize("past_end", ["empty", "repeat"])
def test_rows_without_an_id_do_not_end_the_list(past_end: str, halo: HaloSandbox, connect: Connect) -> None:
    halo.turn(past_end=past_end)
    halo.fault("bad_ids", on="assets", times=None)
    client, reading = connect(), Reading()
    while (number := reading.next_page()) is not None:
        reading.take(client.page("assets", number))
    assert (len(reading.seen.ids), reading.seen.unusable, reading.is_sound) == (105, 15, True)


def test_without_any_count_a_short_page_is_followed_to_prove_the_end() -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    pages = read_scripted(lambda number: {"page_size": 2, "clients": answers.get(number, [])})
    assert pages == [[1, 2], [3], []]


@pytest.mark.parametrize("beyond", [rows(), rows(1, 2)])
def test_without_count_and_size_it_reads_until_nothing_new_comes(beyond: list[Any]) -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    pages = read_scripted(lambda number: {"clients": answers.get(number, beyond)})
    assert [page for page in pages if page] == [[1, 2], [3]]


@pytest.mark.parametrize("count", [3, 3.0, "3"])
def test_a_count_may_be_written_in_several_ways(count: Any) -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    pages = read_scripted(lambda number: {"record_count": count, "clients": answers[number]})
    assert [page for page in pages if page] == [[1, 2], [3]]


@pytest.mark.parametrize("count", [None, True, -1, 1.5, "many", [3], 10**30])
def test_an_invalid_count_counts_as_missing(count: Any) -> None:
    answers = {1: rows(1, 2), 2: rows(3)}
    assert read_scripted(lambda number: {"record_count": count, "clients": answers.get(number, [])})[-1] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b'{"clients":{}}',
        b'{"clients":[{"id":1},',
        b"<html></html>",
        b'{"clients":' + b"[" * 100_000,
        b'\xff\xfe{"clients":[]}',
    ],
)
def test_a_response_without_a_list_is_a_temporary_failure(body: bytes) -> None:
    with pytest.raises(PsaUnavailable) as failed:
        read_scripted(lambda _: body)
    assert "isn't a list of clients" in failed.value.problem


@pytest.mark.parametrize(
    "body", [b"[]", b'{"clients":null}', b'{"record_count":0}', b'{"Clients":[]}', b'{"clients":[]}']
)
def test_an_empty_list_may_be_written_in_several_ways(body: bytes) -> None:
    assert read_scripted(lambda _: body) == [[]]


def test_a_list_may_come_without_its_envelope() -> None:
    assert read_scripted(lambda number: rows(1, 2) if number == 1 else []) == [[1, 2], []]
