"""An address with one slash too many or too few leads where it should."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from portal.models.integrations import Integration
from tests.routes.test_every_route import TABLE

PAGES = sorted({address for (_, method), (address, *_) in TABLE.items() if method == "GET" and address != "/"})


def other_way(address: str) -> str:
    path, mark, query = address.partition("?")
    return f"{path.removesuffix('/') if path.endswith('/') else f'{path}/'}{mark}{query}"


def answer(client: FlaskClient, address: str) -> tuple[int, str]:
    """Return the status and the path of the page that is shown at last."""
    response = client.get(address, follow_redirects=True)
    response.close()
    return response.status_code, urlsplit(response.request.url).path.rstrip("/")


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_found_with_and_without_a_slash_at_its_end(
    as_sam: FlaskClient, halo: Integration, address: str
) -> None:
    assert answer(as_sam, other_way(address)) == answer(as_sam, address)


@pytest.mark.parametrize("address", PAGES)
def test_a_slash_at_the_end_opens_no_page_to_nobody(client: FlaskClient, address: str) -> None:
    assert answer(client, other_way(address)) == answer(client, address)


def test_a_page_that_does_not_exist_is_not_found_either_way(as_sam: FlaskClient) -> None:
    assert [as_sam.get(f"/nowhere{end}").status_code for end in ("", "/", "//")] == [404] * 3
