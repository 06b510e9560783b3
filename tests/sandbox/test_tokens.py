from __future__ import annotations

import json
from base64 import urlsafe_b64decode

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox, Knobs, Settings, TenantSettings, running
from tests.sandbox.visitor import Visitor

FORM = {
    "grant_type": "client_credentials",
    "client_id": "acme-client-id",
    "client_secret": "acme-client-secret",
    "scope": "all",
}


def test_a_form_gets_a_bearer_token(stranger: httpx.Client) -> None:
    answer = stranger.post("/auth/token", data=FORM).json()
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert stranger.get("/api/Client", headers={"Authorization": f"Bearer {answer['access_token']}"}).is_success


def test_http_basic_gets_a_token_too(stranger: httpx.Client) -> None:
    answer = stranger.post(
        "/auth/token",
        data={"grant_type": "client_credentials"},
        auth=("acme-client-id", "acme-client-secret"),
    )
    assert answer.json()["access_token"]


@pytest.mark.parametrize("wrong", [{"client_id": "other"}, {"client_secret": "other"}, {"client_secret": ""}])
def test_wrong_credentials_are_an_invalid_client(stranger: httpx.Client, wrong: dict[str, str]) -> None:
    answer = stranger.post("/auth/token", data={**FORM, **wrong})
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"scope": "read:secrets"}, "invalid_scope"), ({"grant_type": "password"}, "unsupported_grant_type")],
)
def test_other_mistakes_are_named_as_oauth_does(stranger: httpx.Client, wrong: dict[str, str], error: str) -> None:
    answer = stranger.post("/auth/token", data={**FORM, **wrong})
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_a_changed_secret_counts_at_once(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.change_tenant(client_secret="renewed")
    assert stranger.post("/auth/token", data=FORM).status_code == 401
    assert stranger.post("/auth/token", data={**FORM, "client_secret": "renewed"}).status_code == 200


def test_a_token_expires(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.advance(3599)
    assert visitor.get("Client").status_code == 200
    sandbox.advance(1)
    assert visitor.get("Client").status_code == 401


def test_a_token_can_expire_before_its_time(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(token_calls=2)
    assert [visitor.get("Client").status_code for _ in range(3)] == [200, 200, 401]


def test_the_claimed_lifetime_can_differ_from_the_real_one(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.turn(token_lifetime=60, expires_in=3600)
    assert stranger.post("/auth/token", data=FORM).json()["expires_in"] == 3600
    sandbox.turn(expires_in=None)
    assert stranger.post("/auth/token", data=FORM).json()["expires_in"] == 60


def test_a_new_token_can_end_the_old_one(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.turn(single_token=True)
    with Visitor(sandbox):
        assert visitor.get("Client").status_code == 401


def test_tokens_can_be_ended_by_hand(sandbox: HaloSandbox, visitor: Visitor) -> None:
    sandbox.reset(tokens=True)
    assert visitor.get("Client").status_code == 401


def test_a_missing_user_agent_can_look_like_bad_credentials(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.turn(require_user_agent=True)
    assert stranger.post("/auth/token", data=FORM).status_code == 200
    del stranger.headers["User-Agent"]
    assert stranger.post("/auth/token", data=FORM).status_code == 401


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer made-up"}, {"Authorization": "Basic eDp5"}])
def test_no_page_opens_without_a_token(stranger: httpx.Client, header: dict[str, str]) -> None:
    answer = stranger.get("/api/Client", headers=header)
    assert (answer.status_code, answer.content) == (401, b"")


class TestHosted:
    """Several tenants behind one address."""

    @pytest.fixture
    def settings(self) -> Settings:
        tenants = [TenantSettings(name="acme", sizes={"clients": 3}), TenantSettings(name="globex", seed=8)]
        return Settings(tenants=tenants, hosted=True)

    @pytest.mark.parametrize("query", [{}, {"tenant": "initech"}])
    def test_a_missing_or_wrong_tenant_gets_a_log_in_page(
        self, stranger: httpx.Client, query: dict[str, str]
    ) -> None:
        answer = stranger.post("/auth/token", params=query, data=FORM)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/html")

    def test_or_a_refusal_in_json(self, sandbox: HaloSandbox, stranger: httpx.Client) -> None:
        sandbox.turn(tenant_error="json")
        answer = stranger.post("/auth/token", data=FORM)
        assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})

    def test_the_tenant_may_stand_in_the_query_or_in_the_form(self, stranger: httpx.Client) -> None:
        assert "access_token" in stranger.post("/auth/token", params={"tenant": "acme"}, data=FORM).json()
        assert "access_token" in stranger.post("/auth/token", data={**FORM, "tenant": "acme"}).json()

    def test_credentials_are_good_for_their_own_tenant_only(self, stranger: httpx.Client) -> None:
        assert stranger.post("/auth/token", params={"tenant": "globex"}, data=FORM).status_code == 401

    def test_a_token_shows_its_own_tenant(self, sandbox: HaloSandbox) -> None:
        with Visitor(sandbox, tenant="acme") as acme, Visitor(sandbox, tenant="globex") as globex:
            assert len(acme.rows("clients")) == 3
            assert len(globex.rows("clients")) == sandbox.truth("clients", tenant="globex")["total"] == 60


def test_time_comes_from_outside() -> None:
    with running(HaloSandbox(Settings(knobs=Knobs(quota=0)), now=lambda: 2_000_000_000.0)) as sandbox:
        assert sandbox.about()["now"] == 2_000_000_000.0


def test_a_token_names_its_scopes_its_agent_and_its_application(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.change_tenant(scopes=["read:customers", "read:assets"])
    token = stranger.post("/auth/token", data=FORM).json()["access_token"]
    payload = token.split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims == {"client_id": "acme-client-id", "agent_id": 42, "scope": "read:assets read:customers"}


def test_an_opaque_token_tells_nothing(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.turn(opaque_tokens=True)
    assert "." not in stranger.post("/auth/token", data=FORM).json()["access_token"]


def test_a_strict_address_refuses_another_tenants_name(sandbox: HaloSandbox, stranger: httpx.Client) -> None:
    sandbox.turn(strict_tenant=True)
    told = {name: stranger.post(f"/auth/token?tenant={name}", data=FORM) for name in ("", "acme", "acmee")}
    assert [answer.headers["content-type"].split(";")[0] for answer in told.values()] == [
        "application/json",
        "application/json",
        "text/html",
    ]


def test_a_login_that_is_not_an_agent_may_read_nothing(sandbox: HaloSandbox) -> None:
    sandbox.change_tenant(login_type="user")
    with Visitor(sandbox) as visitor:
        assert {visitor.get(path).status_code for path in ("Agent/me", "Client")} == {403}
