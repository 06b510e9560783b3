"""Fetching a record by id, and responses that are not that record."""

from __future__ import annotations

from typing import Any

import pytest

from portal.errors import PsaUnreadable
from portal.halo.client import HaloClient
from portal.halo.pages import Row
from tests.halo.scripted import scripted


def read(answer: Any) -> Row | None:
    def script(path: str, query: dict[str, str]) -> Any:
        del query
        return answer if path.endswith("/Client/12") else None

    with scripted(script) as credentials, HaloClient(credentials, patient=False) as client:
        return client.record("clients", 12)


@pytest.mark.parametrize(
    "answer", [{"id": 12, "name": "Acme"}, [{"id": 12, "name": "Acme"}], {"id": "12"}, {"id": 12.0}]
)
def test_a_record_may_come_in_a_list_and_with_its_id_in_other_words(answer: Any) -> None:
    row = read(answer)
    assert row is not None
    assert row.facts is not None
    assert row.facts.remote_id == 12


@pytest.mark.parametrize("answer", [[], [{"id": 12}, {"id": 13}], b"null", b'{"id":12,"name":""broken"}'])
def test_an_empty_response_with_status_200_does_not_prove_a_delete(answer: Any) -> None:
    with pytest.raises(PsaUnreadable):
        read(answer)


def test_another_record_in_its_place_is_refused() -> None:
    row = read({"id": 13, "name": "Merged"})
    assert row is not None
    assert (row.facts, row.remote_id, row.problem) == (None, 12, "Halo returned record 13 instead.")
