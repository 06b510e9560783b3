"""Whatever a header holds, the answer is never a 500."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from portal.models.integrations import Integration
from tests.routes.test_absurd_parameters import ABSURD, SWEEP, noting

__all__ = ["noting"]

PAGES = ("/integrations", "/integrations/halo/records/clients", "/nothing")
FORMS = ("/integrations/halo/sync/pause", "/login", "/webhooks/halo/guessed")


@pytest.mark.parametrize("kind", SWEEP)
@pytest.mark.parametrize(
    "name",
    [
        *("Host", "Referer", "Origin", "Cookie", "User-Agent", "Accept-Language", "Accept", "Range", "If-None-Match"),
        *("If-Modified-Since", "HX-Request", "HX-Current-URL", "HX-Request-Type", "HX-Target", "Authorization"),
        *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-CSRFToken", "Sec-Fetch-Site"),
        "Content-Type",
    ],
)
def test_no_header_breaks_a_page(
    noting: None, as_alice: FlaskClient, halo: Integration, name: str, kind: str
) -> None:
    headers, broken = {name: ABSURD[kind].decode("latin-1")}, []
    for method, paths in (("GET", PAGES), ("POST", FORMS)):
        for path in paths:
            for address in ("http://localhost", "https://localhost"):
                response = as_alice.open(path, method=method, base_url=address, headers=headers)
                if response.status_code >= 500:
                    broken.append(f"{method} {address}{path}")
    assert not broken
