"""The page that compares the PSAs, which is put together from what each PSA's own template says."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.psa import registry
from portal.routes.dashboard import comparison
from portal.sync.record_types import RecordType
from tests.psa.ledger import LEDGER

PAGE = "/integrations/compare"
TITLE = "ConnectWise vs HaloPSA"


def test_the_integrations_page_asks_as_the_guide_does(as_alice: FlaskClient) -> None:
    page = as_alice.get("/integrations").text
    assert f'Comparing the two? See <a href="{PAGE}">{TITLE}</a>.' in page


def test_every_card_leads_to_the_comparison(as_alice: FlaskClient) -> None:
    page = as_alice.get("/integrations").text
    assert page.count(f'href="{PAGE}" aria-label="Compare {TITLE}"') == len(registry.NAMES)


def test_support_can_read_it_too(as_sam: FlaskClient) -> None:
    assert f'<h1 class="page-title">{TITLE}</h1>' in as_sam.get(PAGE).text


def test_every_psa_has_something_to_say_about_every_topic_and_record_type(app: Flask) -> None:
    with app.test_request_context():
        sides = comparison.sides()
        assert [side.title for side in sides] == ["ConnectWise", "HaloPSA"]
        for side in sides:
            assert list(side.record_types) == [each.value for each in RecordType]
            for topic in comparison.TOPICS:
                assert "<" in getattr(side, topic)(), f"{side.title}: {topic}"


def test_each_topic_shows_both_psas(as_alice: FlaskClient) -> None:
    page = as_alice.get(PAGE).text
    for heading in comparison.TOPICS.values():
        part = page.partition(f">{heading}</h2>")[2].partition("</section>")[0]
        assert re.findall(r"<h3>(.*?)</h3>", part) == ["ConnectWise", "HaloPSA"]


def test_a_psa_that_says_nothing_is_left_out(
    app: Flask, as_alice: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.NAMES, LEDGER.slug, registry.PsaName(LEDGER.label, LEDGER.name))
    assert "Ledger" not in as_alice.get(PAGE).text
