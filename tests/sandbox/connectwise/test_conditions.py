from __future__ import annotations

from typing import Any

import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from tests.sandbox.connectwise.member import PATHS, Member

COMPANIES, CONTACTS = PATHS["clients"], PATHS["contacts"]


@pytest.fixture
def chosen(sandbox: ConnectWiseSandbox) -> int:
    """Give a company known values."""
    fields = {"name": "Quince Engineering", "numberOfEmployees": 77, "phoneNumber": 'say "hi"', "zip": None}
    (number,) = sandbox.change("clients", [2], fields=fields)
    return number


@pytest.mark.parametrize(
    "conditions",
    [
        'name = "Quince Engineering"',
        "name = 'quince engineering'",
        'NAME="Quince Engineering" and numberOfEmployees=77',
        'name like "Quince*"',
        'name like "%ineer%"',
        'name contains "ince Eng"',
        "numberOfEmployees in (1, 77)",
        "(numberOfEmployees >= 77 and numberOfEmployees <= 77)",
        "numberOfEmployees > 76 and not (numberOfEmployees >= 78)",
        'phoneNumber = "say \\"hi\\""',
        "zip = null and name != null",
        'status/name = "Active" and name = "Quince Engineering"',
        "id = 0 or numberOfEmployees=77",
        'deletedFlag = False and name = "Quince Engineering"',
        'name not like "x*" and numberOfEmployees not in (1,2) and name contains "quince"',
    ],
)
def test_conditions_find_a_company(member: Member, chosen: int, conditions: str) -> None:
    assert chosen in member.ids(COMPANIES, conditions=conditions)
    assert chosen not in member.ids(COMPANIES, conditions=f"not ({conditions})")


@pytest.mark.parametrize(
    ("operator", "expected"), [("<", -1), ("<=", -1), (">", 1), (">=", 1)], ids=["below", "up to", "above", "from"]
)
def test_numbers_have_an_order(member: Member, operator: str, expected: int) -> None:
    middle = member.ids(COMPANIES)[10]
    found = member.ids(COMPANIES, conditions=f"id {operator} {middle}")
    assert (middle in found) == ("=" in operator)
    assert all((number - middle) * expected >= 0 for number in found)


def test_and_binds_closer_than_or(member: Member) -> None:
    first, second = member.ids(COMPANIES)[:2]
    assert member.ids(COMPANIES, conditions=f"id={first} or id={second} and id=0") == [first]
    assert member.ids(COMPANIES, conditions=f"(id={first} or id={second}) and id!={first}") == [second]


@pytest.mark.parametrize("time", ["2026-06-01T00:00:00Z", "2026-06-01T00:00:00", "2026-06-01T00:00:00.000000"])
@pytest.mark.parametrize("name", ["lastUpdated", "LastUpdated", "_info/lastUpdated"])
def test_last_updated_filters_although_no_row_has_it(member: Member, name: str, time: str) -> None:
    rows = member.rows(CONTACTS, conditions=f"{name}>=[{time}]")
    everything = member.rows(CONTACTS)
    assert 0 < len(rows) < len(everything)
    expected = [row["id"] for row in everything if row["_info"]["lastUpdated"] >= "2026-06-01"]
    assert [row["id"] for row in rows] == expected


@pytest.mark.parametrize(
    ("path", "conditions", "name"),
    [
        (CONTACTS, "shoeSize=3", "shoeSize"),
        (CONTACTS, 'communicationItems/value like "jo*"', "communicationItems/value"),
        (CONTACTS, "customFields/value=1", "customFields/value"),
        (PATHS["products"], 'name="x"', "name"),
    ],
)
def test_an_unknown_name_is_refused(member: Member, path: str, conditions: str, name: str) -> None:
    answer = member.get(path, conditions=conditions)
    assert (answer.status_code, answer.json()) == (
        400,
        {"code": "ApiFindCondition", "message": f"{name} is not a recognized name."},
    )


@pytest.mark.parametrize(
    "conditions",
    [
        "name",
        "name =",
        "name = Quince",
        "= 3",
        "(id=1",
        "id=1)",
        "id in 3",
        "id in (1",
        "name resembles 3",
        "id=1 id=2",
    ],
)
def test_nonsense_is_refused(member: Member, conditions: str) -> None:
    assert member.get(COMPANIES, conditions=conditions).json()["code"] == "ApiFindCondition"


@pytest.mark.parametrize("time", ["[yesterday]", "[2026-02-30T00:00:00Z]", "[]"])
def test_a_time_that_is_none_is_refused(member: Member, time: str) -> None:
    assert member.get(COMPANIES, conditions=f"lastUpdated>{time}").status_code == 400


def test_a_list_may_refuse_a_name_that_its_rows_have(sandbox: ConnectWiseSandbox, member: Member) -> None:
    assert member.get(CONTACTS, conditions="inactiveFlag=false").status_code == 200
    sandbox.turn(refused_conditions={"contacts": ["inactiveFlag"]})
    assert member.get(CONTACTS, conditions="inactiveFlag=false").json()["code"] == "ApiFindCondition"
    assert member.get(COMPANIES, conditions="deletedFlag=false").status_code == 200


def test_child_conditions_look_into_arrays(member: Member) -> None:
    mails = member.rows(CONTACTS, childConditions='communicationItems/communicationType="Email"')
    assert 0 < len(mails) < len(member.rows(CONTACTS))
    assert all(any(item["communicationType"] == "Email" for item in row["communicationItems"]) for row in mails)
    assert member.get(CONTACTS, childConditions='lastName="x"').status_code == 400


def test_custom_field_conditions_look_at_one_field_at_a_time(member: Member) -> None:
    checked = member.rows(COMPANIES, customFieldConditions='caption="Backup checked" and value=true')
    assert all({"Backup checked": True}.items() <= custom_values(row).items() for row in checked)
    assert member.rows(COMPANIES, customFieldConditions='caption="Shoe size" and value!=null') == []


def custom_values(row: dict[str, Any]) -> dict[str, Any]:
    return {field["caption"]: field.get("value") for field in row["customFields"]}


def test_rows_can_be_ordered(member: Member) -> None:
    ids = member.ids(CONTACTS)
    assert member.ids(CONTACTS, orderBy="id desc") == ids[::-1]
    stamps = [row["_info"]["lastUpdated"] for row in member.rows(CONTACTS, orderBy="lastUpdated asc")]
    assert stamps == sorted(stamps)
    companies = [row.get("company", {}).get("id", 0) for row in member.rows(CONTACTS, orderBy="company/id desc, id")]
    assert companies == sorted(companies, reverse=True)
    assert member.get(CONTACTS, orderBy="shoeSize asc").status_code == 400


def test_conditions_can_be_forgotten_on_page_2(sandbox: ConnectWiseSandbox, member: Member) -> None:
    conditions = "inactiveFlag=true"
    sandbox.turn(forgets_conditions=True)
    assert all(row["inactiveFlag"] for row in member.get(CONTACTS, conditions=conditions, pageSize=5).json())
    second = member.get(CONTACTS, conditions=conditions, pageSize=5, page=2).json()
    assert second == member.get(CONTACTS, pageSize=5, page=2).json()


@pytest.mark.parametrize(
    ("way", "zulu", "naive"),
    [("exact", 1, 1), ("ignored", 40, 40), ("naive_only", 0, 1), ("zulu_only", 1, 0), ("nothing", 0, 0)],
)
def test_the_update_filter_may_behave_otherwise(
    sandbox: ConnectWiseSandbox, member: Member, way: str, zulu: int, naive: int
) -> None:
    sandbox.change("clients", count=1)
    sandbox.turn(update_filter={"clients": way})
    for time, expected in (("2026-10-20T00:00:00Z", zulu), ("2026-10-20T00:00:00", naive)):
        assert len(member.ids(COMPANIES, conditions=f"(lastUpdated>[{time}])")) == expected


def test_the_update_filter_may_read_times_in_the_tenants_zone(sandbox: ConnectWiseSandbox, member: Member) -> None:
    row = member.get(COMPANIES, pageSize=1).json()[0]
    conditions = f"id={row['id']} and lastUpdated>=[{row['_info']['lastUpdated']}]"
    assert member.ids(COMPANIES, conditions=conditions) == [row["id"]]
    sandbox.turn(update_filter={"clients": "local"}, hours_ahead=-5)
    assert member.ids(COMPANIES, conditions=conditions) == []
    sandbox.turn(hours_ahead=5)
    assert member.ids(COMPANIES, conditions=conditions) == [row["id"]]


def test_the_update_filter_may_return_too_much(sandbox: ConnectWiseSandbox, member: Member) -> None:
    row = member.get(COMPANIES, pageSize=1).json()[0]
    conditions = f"id={row['id']} and lastUpdated>[{row['_info']['lastUpdated']}]"
    assert member.ids(COMPANIES, conditions=conditions) == []
    sandbox.turn(update_filter={"clients": "wide"})
    assert member.ids(COMPANIES, conditions=conditions) == [row["id"]]


@pytest.mark.parametrize("conditions", ["(" * 4000 + "id=1", "not " * 2000 + "id=1", f"id={'9' * 5000}"])
def test_endless_conditions_are_refused(sandbox: ConnectWiseSandbox, member: Member, conditions: str) -> None:
    sandbox.turn(longest_url=60_000)
    assert member.get(COMPANIES, conditions=conditions).status_code == 400
