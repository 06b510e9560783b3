from __future__ import annotations

import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from tests.sandbox.connectwise.member import PATHS, Member

NO_PERMISSION = {"code": "Security", "message": "You do not have security permission to perform this action."}


@pytest.mark.parametrize("record_type", PATHS)
def test_a_record_type_can_be_refused(sandbox: ConnectWiseSandbox, member: Member, record_type: str) -> None:
    number = member.ids(PATHS[record_type])[0]
    sandbox.change_tenant(refused=[record_type])
    for path in ("", "/count", f"/{number}"):
        answer = member.get(f"{PATHS[record_type]}{path}")
        assert (answer.status_code, answer.json()) == (403, NO_PERMISSION)
    others = [path for name, path in PATHS.items() if name != record_type]
    assert all(member.get(path).status_code == 200 for path in others)


def test_one_companys_sites_can_be_refused_alone(sandbox: ConnectWiseSandbox, member: Member) -> None:
    first, second = member.ids(PATHS["clients"])[:2]
    sandbox.change_tenant(refused_sites_of=[first])
    assert member.get(f"company/companies/{first}/sites").json() == NO_PERMISSION
    assert member.get(f"company/companies/{second}/sites").status_code == 200
    assert member.get(f"company/companies/{first}").status_code == 200


def test_inquire_my_is_a_silent_subset(sandbox: ConnectWiseSandbox, member: Member) -> None:
    everything = member.ids(PATHS["assets"])
    sandbox.change_tenant(mine=["assets"])
    mine = member.ids(PATHS["assets"])
    assert 0 < len(mine) < len(everything)
    assert member.get(f"{PATHS['assets']}/count").json() == {"count": len(mine)}
    other = next(number for number in everything if number not in mine)
    assert member.get(f"{PATHS['assets']}/{other}").status_code == 404


def test_all_records_can_be_unseen(sandbox: ConnectWiseSandbox, member: Member) -> None:
    number = member.ids(PATHS["contacts"])[0]
    sandbox.change_tenant(unseen=["contacts"])
    assert member.ids(PATHS["contacts"]) == []
    assert member.get(f"{PATHS['contacts']}/{number}").status_code == 404


@pytest.mark.parametrize(("way", "status"), [("missing", 404), ("forbidden", 403), ("shown", 200)])
def test_single_records_can_be_hidden(sandbox: ConnectWiseSandbox, member: Member, way: str, status: int) -> None:
    number = member.ids(PATHS["contacts"])[3]
    sandbox.change_tenant(hidden={"contacts": [number]}, hidden_answer=way)
    assert number not in member.ids(PATHS["contacts"])
    assert member.get(f"{PATHS['contacts']}/{number}").status_code == status
