from __future__ import annotations

import pytest

from portal.sandbox.halo import HaloSandbox
from tests.sandbox.conftest import SIZES
from tests.sandbox.visitor import PATHS, Visitor


@pytest.mark.parametrize("record_type", PATHS)
def test_each_list_has_its_own_key(visitor: Visitor, record_type: str) -> None:
    page = visitor.page(record_type, page_size=10)
    assert list(page) == ["page_no", "page_size", "record_count", PATHS[record_type][1]]
    assert (page["page_no"], page["page_size"]) == (1, 10)


@pytest.mark.parametrize("record_type", PATHS)
def test_the_pages_together_are_the_whole(sandbox: HaloSandbox, visitor: Visitor, record_type: str) -> None:
    both = {"includeclosed": "0,1"}
    truth = sandbox.truth(record_type, ids=True)
    assert visitor.ids(record_type, **both) == sorted(truth["active_ids"] + truth["inactive_ids"])
    assert truth["total"] == SIZES[record_type]


def test_paths_do_not_mind_case(visitor: Visitor) -> None:
    assert visitor.get("cLiEnT").json() == visitor.get("Client").json()


@pytest.mark.parametrize(("record_type", "first"), [("opportunities", 50), ("contacts", SIZES["contacts"])])
def test_without_pageinate_page_parameters_are_ignored(visitor: Visitor, record_type: str, first: int) -> None:
    path, key = PATHS[record_type]
    answer = visitor.get(path, page_no=2, page_size=10, includeinactive="true").json()
    assert list(answer) == ["record_count", key]
    assert len(answer[key]) == first
    assert answer["record_count"] == SIZES[record_type]


def test_count_limits_what_is_not_paged(visitor: Visitor) -> None:
    assert len(visitor.get("Users", count=7).json()["users"]) == 7
    assert len(visitor.get("Opportunities", count=5000).json()["tickets"]) == SIZES["opportunities"]


@pytest.mark.parametrize(("record_type", "cap"), [("assets", 50), ("opportunities", 100), ("contracts", 100)])
def test_a_page_is_capped_and_tells_its_true_size(visitor: Visitor, record_type: str, cap: int) -> None:
    page = visitor.page(record_type, page_size=1000)
    assert page["page_size"] == len(page[PATHS[record_type][1]]) == cap


def test_caps_can_be_turned(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(caps={"assets": 3})
    assert visitor.page("assets")["page_size"] == 3
    assert visitor.page("contracts")["page_size"] == 100


def test_a_page_after_the_last_is_empty(visitor: Visitor) -> None:
    page = visitor.page("clients", page_no=99)
    assert page["clients"] == []
    assert page["record_count"] > 0


def test_or_it_is_the_first_again(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(past_end="repeat")
    assert visitor.page("clients", page_no=99)["clients"] == visitor.page("clients")["clients"]


@pytest.mark.parametrize("record_type", ["clients", "sites", "contacts", "assets"])
def test_idonly_gives_ids_without_paging(sandbox: HaloSandbox, visitor: Visitor, record_type: str) -> None:
    path, key = PATHS[record_type]
    answer = visitor.get(path, idonly="true", pageinate="true", page_size=2).json()
    assert answer[key] == [{"id": number} for number in sandbox.truth(record_type, ids=True)["active_ids"]]


@pytest.mark.parametrize("record_type", ["products", "contracts", "opportunities"])
def test_idonly_is_unknown_to_the_others(visitor: Visitor, record_type: str) -> None:
    assert len(visitor.page(record_type, idonly="true", page_size=2)[PATHS[record_type][1]][0]) > 10


def test_unknown_parameters_are_ignored(visitor: Visitor) -> None:
    assert visitor.page("contacts", assigned_to=37, approversonly="true") == visitor.page("contacts")


def test_only_the_word_true_sorts_downwards(visitor: Visitor) -> None:
    upwards = visitor.ids("clients")
    assert visitor.ids("clients", orderdesc="1") == upwards
    assert visitor.ids("clients", orderdesc="true") == upwards[::-1]


def test_any_field_can_be_the_order(visitor: Visitor) -> None:
    values = [row["oppvalue"] for row in visitor.rows("opportunities", order="oppvalue")]
    assert values == sorted(values)


@pytest.mark.parametrize("query", [{"page_no": "two"}, {"page_size": "all"}, {"client_id": "acme"}])
def test_a_word_for_a_number_is_a_model_state_error(visitor: Visitor, query: dict[str, str]) -> None:
    answer = visitor.get("Site", pageinate="true", **query)
    ((name, value),) = query.items()
    assert answer.status_code == 400
    assert answer.json() == {name: [f"The value '{value}' is not valid."]}
