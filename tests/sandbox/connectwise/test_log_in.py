from __future__ import annotations

from typing import Any

import httpx
import pytest

from portal.sandbox.connectwise import ConnectWiseSandbox
from tests.sandbox.connectwise.member import API, Member

INFO = f"{API}system/info"


def test_the_company_check_needs_no_keys(stranger: httpx.Client, sandbox: ConnectWiseSandbox) -> None:
    found = stranger.get("/login/companyinfo/acme").json()
    assert (found["CompanyID"], found["Codebase"], found["IsCloud"]) == ("acme", "v2025_1/", "True")
    assert found["SiteUrl"] == sandbox.url.removeprefix("http://")


def test_an_unknown_company_is_null(stranger: httpx.Client, sandbox: ConnectWiseSandbox) -> None:
    answer = stranger.get("/login/companyinfo/globex")
    assert (answer.status_code, answer.text) == (200, "null")
    sandbox.turn(unknown_company="not_found")
    assert stranger.get("/login/companyinfo/globex").status_code == 404


def test_company_info_may_lack_its_host(stranger: httpx.Client, sandbox: ConnectWiseSandbox) -> None:
    sandbox.turn(site_url="", cloud_text=False)
    found = stranger.get("/login/companyinfo/acme").json()
    assert "SiteUrl" not in found
    assert found["IsCloud"] is True


def test_right_keys_open_the_system(member: Member) -> None:
    found = member.get("system/info").json()
    assert (found["version"], found["cloudRegion"]) == ("v2025.1.10675", "EU")


def test_the_codebase_of_the_company_check_works_too(member: Member, sandbox: ConnectWiseSandbox) -> None:
    assert member.http.get("/v2025_1/apis/3.0/system/info").status_code == 200
    sandbox.turn(codebase="v2026_1/")
    assert member.http.get("/v2025_1/apis/3.0/system/info").status_code == 404
    assert member.http.get("/v2026_1/apis/3.0/system/info").status_code == 200


def test_a_path_appended_twice_cannot_be_routed(member: Member) -> None:
    answer = member.http.get("/v4_6_release/v4_6_release/apis/3.0/system/info")
    assert (answer.status_code, answer.text) == (400, "Cannot route. Codebase/company is invalid")


@pytest.mark.parametrize(
    ("knob", "status", "body"),
    [
        ("unauthorized", 401, {"code": "Unauthorized", "message": "The public or private key is invalid."}),
        ("user_not_authenticated", 401, {"code": "ConnectWiseApi", "message": "UserNotAuthenticated"}),
        ("not_found", 404, {"code": "ConnectWiseApi", "message": "The endpoint does not exist."}),
    ],
)
def test_a_wrong_key_is_refused_in_several_words(
    member: Member, sandbox: ConnectWiseSandbox, knob: str, status: int, body: dict[str, Any]
) -> None:
    sandbox.turn(wrong_key=knob)
    answer = member.http.get(INFO, auth=("acme+acmePublicKey", "wrong"))
    assert (answer.status_code, answer.json()) == (status, body)


@pytest.mark.parametrize("user", ["acme+wrong", "acme", "acme+"])
def test_a_wrong_public_key_is_refused(member: Member, user: str) -> None:
    assert member.http.get(INFO, auth=(user, "acmePrivateKey")).status_code == 401


def test_without_keys_it_is_401(stranger: httpx.Client) -> None:
    assert stranger.get(INFO).status_code == 401
    assert stranger.get(INFO, headers={"Authorization": "Basic !"}).status_code == 401
    assert stranger.get(INFO, headers={"Authorization": "Bearer x"}).status_code == 401


def test_a_wrong_company_cannot_be_routed(member: Member, sandbox: ConnectWiseSandbox) -> None:
    answer = member.http.get(INFO, auth=("globex+acmePublicKey", "acmePrivateKey"))
    assert (answer.status_code, answer.text) == (400, "Cannot route. Codebase/company is invalid")
    for knob, status in (("unauthorized", 401), ("not_found", 404)):
        sandbox.turn(wrong_company=knob)
        assert member.http.get(INFO, auth=("globex+k", "s")).status_code == status


def test_the_company_minds_case_unless_it_does_not(member: Member, sandbox: ConnectWiseSandbox) -> None:
    keys = ("ACME+acmePublicKey", "acmePrivateKey")
    assert member.http.get(INFO, auth=keys).status_code == 400
    sandbox.turn(checks_company_case=False)
    assert member.http.get(INFO, auth=keys).status_code == 200


@pytest.mark.parametrize("status", [403, 401, 400])
@pytest.mark.parametrize("client_id", ["", "00000000-0000-0000-0000-000000000000"])
def test_a_missing_or_unknown_client_id_is_refused(
    member: Member, sandbox: ConnectWiseSandbox, status: int, client_id: str
) -> None:
    sandbox.turn(client_id_error=status)
    answer = member.get("system/info", headers={"clientId": client_id})
    assert (answer.status_code, answer.json()["message"]) == (status, "clientId is missing or invalid")
    sandbox.turn(checks_client_id=False)
    assert member.get("system/info", headers={"clientId": client_id}).status_code == 200


def test_ssl_may_be_required(member: Member, sandbox: ConnectWiseSandbox) -> None:
    sandbox.turn(ssl_required=401)
    answer = member.get("system/info")
    assert (answer.status_code, answer.json()) == (
        401,
        {"code": "Security", "message": "SSL is required.", "errors": None},
    )


def test_system_info_may_be_open(stranger: httpx.Client, sandbox: ConnectWiseSandbox) -> None:
    sandbox.turn(info_needs_login=False)
    assert stranger.get(INFO).status_code == 200
    assert stranger.get(f"{API}company/companies").status_code == 401


def test_the_role_is_listed_by_function(member: Member, sandbox: ConnectWiseSandbox) -> None:
    sandbox.change_tenant(refused=["contracts"], mine=["opportunities"])
    levels = {row["moduleFunctionName"]: row["inquireLevel"] for row in member.get("system/mySecurity").json()}
    assert levels == {
        "Company Maintenance": "All",
        "Contacts": "All",
        "Product Catalog": "All",
        "Configurations": "All",
        "Opportunity": "My",
        "Agreements": "None",
    }
    sandbox.change_tenant(refused_security=True)
    assert member.get("system/mySecurity").status_code == 403


def test_the_api_member_has_no_account(member: Member) -> None:
    answer = member.get("system/myAccount")
    assert (answer.status_code, answer.json()) == (
        404,
        {"code": "ConnectWiseApi", "message": "The endpoint does not exist."},
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
@pytest.mark.parametrize("path", ["company/companies", "system/callbacks", "company/companies/search"])
def test_only_reading_is_allowed(member: Member, sandbox: ConnectWiseSandbox, method: str, path: str) -> None:
    assert member.http.request(method, f"{API}{path}").status_code == 403
    assert sandbox.counts()["violations"] == 1
    assert sandbox.journal()[0]["is_violation"] is True
