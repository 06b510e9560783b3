"""Pages are about the PSA in their address, and take its name from its adapter."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.integrations import Integration
from tests.routes.test_every_route import TABLE

HALO = "/integrations/halo"
PAGES = [(method, address) for (_, method), (address, *_) in TABLE.items() if address.startswith(HALO)]


@pytest.mark.parametrize(("method", "address"), PAGES)
def test_a_psa_that_the_portal_does_not_know_has_no_pages(
    as_alice: FlaskClient, halo: Integration, method: str, address: str
) -> None:
    assert as_alice.open(address.replace("halo", "nonsense"), method=method).status_code == 404


def test_the_links_of_a_page_keep_its_psa(as_alice: FlaskClient, halo: Integration) -> None:
    links = re.findall(r'(?:href|action)="(/integrations/[^"]+)"', as_alice.get(f"{HALO}/configuration").text)
    assert len(links) > 5
    assert all(link.startswith(f"{HALO}/") for link in links)


def test_the_overview_links_to_the_pages_of_each_psa(as_alice: FlaskClient, halo: Integration) -> None:
    assert f'href="{HALO}/sync"' in as_alice.get("/integrations").text


def test_every_page_of_an_integration_has_the_psa_in_its_address(app: Flask) -> None:
    rules = [rule.rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/integrations/")]
    assert len(rules) > 40
    # The comparison is about all PSAs.
    assert {rule for rule in rules if not rule.startswith("/integrations/<psa:psa>")} == {"/integrations/compare"}
