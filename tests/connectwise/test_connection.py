"""The connection test: what it finds out, and which field it blames."""

from __future__ import annotations

from typing import Any

import pytest

from portal import vendor_ids
from portal.connectwise.adapter import CONNECTWISE
from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis.connection_test import check
from portal.psa.adapter import Connection
from portal.psa.diagnosis import Access, Diagnosis
from tests.connectwise.scripted import INFO, Answer, Asked, scripted

WRONG_KEYS = Answer({"code": "Unauthorized", "message": "Invalid credentials"}, 401)
NO_ROUTE = Answer(b"Cannot route. Codebase/company is invalid", 400)
NO_CLIENT_ID = Answer({"code": "Unauthorized", "message": "clientId is missing or invalid"}, 403)
FORBIDDEN = Answer({"code": "Security", "message": "You do not have security permission."}, 403)
COUNTS = {"company/companies/count": 43, "company/contacts/count": 310, "finance/agreements/count": 0}


class CountingMeter:
    """Counts the requests before and after the keys are proved."""

    def __init__(self) -> None:
        self.proving, self.reading, self.is_proved = 0, 0, False

    def before_call(self) -> None:
        if self.is_proved:
            self.reading += 1
        else:
            self.proving += 1

    def token_granted(self) -> None:
        self.is_proved = True


def well(asked: Asked) -> Any:
    """Answer like a ConnectWise with some records."""
    if asked.path.startswith(("/login/", "system/info")):
        return None
    if asked.path.endswith("/count"):
        return {
            "count": 2
            if "conditions" in asked.query and "like" in asked.query["conditions"]
            else COUNTS.get(asked.path, 1)
        }
    if asked.path == "system/mySecurity":
        return FORBIDDEN
    return [] if asked.path == "finance/agreements" else [{"id": 12, "name": "x"}]


def diagnose(answers: dict[str, Any], **changed: Any) -> Diagnosis:
    """Test a ConnectWise that answers these paths in its own way."""

    def script(asked: Asked) -> Any:
        return next((said for path, said in answers.items() if asked.path.startswith(path)), None) or well(asked)

    with scripted(script) as server:
        return check(server.credentials(**changed))


def test_a_connection_that_works_tells_what_it_can_read() -> None:
    meter = CountingMeter()
    with scripted(well) as server:
        found = check(server.credentials(), meter)
        sites = next(each for each in server.asked if each.path.endswith("/sites"))
        company = server.asked[0]
    assert (found.ok, found.agent, found.advice) == (True, "Acme Technology", ())
    assert {each: access.access for each, access in found.lists.items()} == {
        "clients": Access.GRANTED,
        "sites": Access.GRANTED,
        "contacts": Access.GRANTED,
        "products": Access.GRANTED,
        "assets": Access.GRANTED,
        "opportunities": Access.GRANTED,
        "contracts": Access.EMPTY,
    }
    clients, sites_access = found.lists["clients"], found.lists["sites"]
    assert (clients.total, clients.inactive, clients.counted, clients.page_size) == (43, 2, True, 1000)
    assert sites_access.is_uncounted
    assert sites.path == "company/companies/12/sites"
    assert company.path == "/login/companyinfo/acme"
    assert not {"authorization", "clientid"} & company.headers.keys()
    assert meter.proving <= CONNECTWISE.proving_requests
    assert meter.reading <= CONNECTWISE.reading_requests


def test_a_refused_list_names_its_right_and_the_others_go_on() -> None:
    found = diagnose({"company/configurations": FORBIDDEN, "finance/agreements": FORBIDDEN})
    assert found.ok
    assert found.lists["assets"].access == Access.REFUSED
    assert "Inquire = All on Companies > Configurations" in found.lists["assets"].remedy
    assert "Inquire = All on Finance > Agreements" in found.lists["contracts"].remedy
    assert found.lists["contacts"].access == Access.GRANTED


def test_without_companies_nothing_else_helps() -> None:
    found = diagnose({"company/companies": FORBIDDEN})
    assert not found.ok
    assert found.field is None
    assert "Inquire = All on Companies > Company Maintenance" in found.remedy
    assert found.lists["contacts"].access == Access.GRANTED


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ({"/login/": Answer(b"null"), "system/info": NO_ROUTE}, "company_id", "There is no company acme"),
        ({"/login/": Answer(b"null"), "system/info": WRONG_KEYS}, "company_id", "There is no company acme"),
        ({"/login/": Answer(b"<html>", 404), "system/info": NO_ROUTE}, "company_id", "doesn't know the company"),
        ({"system/info": WRONG_KEYS}, "private_key", "doesn't accept this Public Key and Private Key"),
        ({"system/info": Answer(b"denied", 401)}, "private_key", "doesn't accept"),
        ({"system/info": Answer({"code": "ConnectWiseApi", "message": "No."}, 404)}, "private_key", "doesn't accept"),
        ({"system/info": NO_CLIENT_ID}, "client_id", "doesn't accept the Client ID of this portal"),
        ({"system/info": Answer({"message": "ClientID required"}, 400)}, "client_id", "doesn't accept the Client ID"),
        ({"company/": WRONG_KEYS}, "private_key", "doesn't accept"),
        ({"/login/": Answer(b"<html>hi"), "system/info": Answer(b"<html>hi")}, "site", "a web page"),
        ({"/login/": Answer(b"", 404), "system/info": Answer(b"", 404)}, "site", "status 404"),
        ({"system/info": Answer({"code": "Security", "message": "SSL is required."}, 401)}, "site", "host"),
        ({"system/info": Answer(b"busy", 503)}, None, "internal problem (status 503)"),
        ({"system/info": Answer({}, 429, {"Retry-After": "9"})}, None, "request limit"),
    ],
)
def test_each_refusal_blames_its_field(answers: dict[str, Any], field: str | None, words: str) -> None:
    found = diagnose(answers)
    assert (found.ok, found.field) == (False, field)
    assert words in found.problem
    assert found.remedy


def test_a_company_check_that_fails_does_not_stop_a_login_that_works() -> None:
    assert diagnose({"/login/": Answer(b"null")}).ok
    assert diagnose({"/login/": Answer(b"oops", 500)}).ok


def test_a_company_written_in_other_letters_is_offered() -> None:
    found = diagnose({"system/info": WRONG_KEYS}, company_id="ACME")
    assert (found.field, found.fix and dict(found.fix.changes)) == ("company_id", {"company_id": "acme"})


def test_a_company_in_another_region_is_offered() -> None:
    company = {"Codebase": "v2025_1/", "CompanyID": "acme", "SiteUrl": "api-eu.myconnectwise.net"}
    found = diagnose({"/login/": company, "system/info": WRONG_KEYS})
    assert found.field == "site"
    assert found.fix
    assert found.fix.changes == {"site": "https://api-eu.myconnectwise.net"}


def test_a_redirect_is_offered_but_not_followed() -> None:
    away = Answer(b"", 302, {"Location": "https://cw.example.com/login"})
    found = diagnose({"/login/": away, "system/info": away})
    assert (found.field, found.fix and dict(found.fix.changes)) == ("site", {"site": "https://cw.example.com"})


def test_a_key_with_a_blank_in_it_is_pointed_out() -> None:
    found = diagnose({"system/info": WRONG_KEYS}, public_key="pub lic")
    assert found.field == "public_key"
    assert found.problem == "There are spaces or invisible characters in the Public Key."


def test_a_server_that_answers_nothing_gets_no_keys() -> None:
    with scripted(well) as server:
        stopped = server.credentials()
    found = check(stopped)
    assert (found.field, found.ok) == ("site", False)
    assert "refused the connection" in found.problem


def test_an_address_that_is_none_is_not_called() -> None:
    found = check(Credentials("two words", "acme", "pub", "priv"))
    assert (found.field, found.problem) == ("site", "This isn't a valid address.")


@pytest.mark.parametrize(
    ("client_id", "is_own", "words"),
    [
        ("", False, "this portal has none"),
        ("theirs", True, "doesn't accept this Client ID"),
        ("ours", False, "doesn't accept the Client ID of this portal"),
    ],
)
def test_a_refused_client_id_is_explained_to_whom_can_change_it(client_id: str, is_own: bool, words: str) -> None:  # noqa: FBT001
    found = diagnose({"system/info": NO_CLIENT_ID}, client_id=client_id, has_own_client_id=is_own)
    assert found.field == "client_id"
    assert words in found.problem
    assert ("PORTAL_CONNECTWISE_CLIENT_ID" in found.remedy) is not is_own


def test_rights_that_are_too_small_or_too_large_are_advice() -> None:
    rights = [
        {"moduleFunctionName": "Company Maintenance", "inquireLevel": "My", "addLevel": "None"},
        {"moduleFunctionIdentifier": "Contacts", "inquireLevel": "All", "editLevel": "All"},
        {"moduleFunctionName": "Time Entry", "inquireLevel": "My", "addLevel": "All"},
        {"moduleFunctionName": None},
    ]
    found = diagnose({"system/mySecurity": rights})
    assert found.ok
    assert [each.problem.split(",")[0] for each in found.advice] == [
        "Inquire is My instead of All on Companies > Company Maintenance",
        "The role of the API member can also write to Companies > Contacts. Scopable only reads.",
    ]


def test_the_users_own_client_id_goes_before_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor_ids, "_ids", {"connectwise": "ours"})
    values = {"site": "https://x", "company_id": "acme", "public_key": "p", "private_key": "q", "client_id": ""}
    assert Credentials.of(Connection(values)).headers()["clientId"] == "ours"
    assert Credentials.of(Connection({**values, "client_id": "own"})).headers()["clientId"] == "own"


def test_the_adapter_tests_and_opens_connections() -> None:
    with scripted(well) as server:
        values = {"site": server.url, "company_id": "acme", "public_key": "pub", "private_key": "priv"}
        connection = Connection({**values, "client_id": ""})
        assert CONNECTWISE.test(connection, CountingMeter()).ok
        with CONNECTWISE.open_client(connection) as client:
            client.log_in()
            client.log_in()
            assert client.version() == INFO["version"]
    assert server.paths().count("system/info") == 2
    assert "priv" not in repr(Credentials.of(connection))
