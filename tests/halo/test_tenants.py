"""The tenant of a connection, and the rate limit that it shares."""

from __future__ import annotations

from portal.halo.tenants import LONGEST_KEY, tenant_of


def limit_key(base_url: str, auth_server: str = "", tenant: str = "") -> str:
    return tenant_of({"base_url": base_url, "auth_server": auth_server, "tenant": tenant}).limit_key


def test_a_token_of_another_auth_server_proves_nothing_about_the_tenant() -> None:
    halo = "https://halo.northwind.example"
    theirs, hers = limit_key(halo, f"{halo}/auth", "acme"), limit_key(halo, "https://mallory.example/auth", "acme")
    assert theirs == "halo.northwind.example/acme"
    assert hers != theirs


def test_hosted_tenants_behind_one_host_have_limits_of_their_own() -> None:
    assert limit_key("https://Halo.example", tenant="Acme") == "halo.example/acme"
    assert limit_key("https://halo.example", tenant="Beta") == "halo.example/beta"


def test_the_longest_key_fits_into_its_column() -> None:
    assert len(limit_key("https://" + "a" * 230, "https://" + "b" * 230, "c" * 250)) <= LONGEST_KEY
