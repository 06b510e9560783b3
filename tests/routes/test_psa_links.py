"""The button on a record's page that leads to the PSA: to the record, to its client, or no button at all."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from portal.models.integrations import Integration
from portal.models.records import RecordState
from portal.sync.record_types import RecordType
from tests.copies import copied

HALO = {"base_url": "https://acme.halopsa.com"}
CONNECTWISE = {"site": "https://api-na.myconnectwise.net", "company_id": "acme"}
SCREENS = {
    "clients": "CompanyFV",
    "contacts": "ContactFV",
    "assets": "ConfigFv",
    "opportunities": "OpportunityFV",
    "contracts": "AgreementFV",
}
PAGES = {"clients": "customer?clientid", "opportunities": "ticket?id"}


def button(client: FlaskClient, integration: Integration, record_type: str) -> tuple[str, str] | None:
    """Return the words and the address of the button on the page of record 5; None if there is none."""
    answer = client.get(f"/integrations/{integration.psa}/records/{record_type}/5")
    assert answer.status_code == 200
    page = unescape(answer.text)
    assert not re.findall(r'href="(?:None|#|)"', page)
    head = page.split('class="btn-list ms-auto"')[1].split("</section>")[0]
    found = re.findall(r'<a class="btn" href="([^"]+)"[^>]*>(Open [^<]+)<', head)
    assert len(found) == head.count(">Open ")
    return (found[0][1], found[0][0]) if found else None


@pytest.fixture
def with_halo(halo: Integration) -> Integration:
    halo.connection = {**halo.connection, **HALO}
    halo.save()
    return halo


@pytest.fixture
def with_connectwise(connectwise: Integration) -> Integration:
    connectwise.connection = CONNECTWISE
    connectwise.record_types = list(RecordType)
    connectwise.save()
    return connectwise


@pytest.mark.parametrize("record_type", RecordType)
def test_a_record_of_halo_opens_itself_its_client_or_nothing(
    as_sam: FlaskClient, with_halo: Integration, record_type: str
) -> None:
    copied(with_halo, [5], of=record_type)
    page = PAGES.get(record_type)
    own = ("Open in Halo", f"{HALO['base_url']}/{page}=5") if page else None
    assert button(as_sam, with_halo, record_type) == own


@pytest.mark.parametrize("record_type", sorted({*RecordType} - PAGES.keys()))
def test_a_record_of_halo_without_a_page_opens_its_client(
    as_sam: FlaskClient, with_halo: Integration, record_type: str
) -> None:
    copied(with_halo, [5], of=record_type, client_remote_id=12)
    opened = ("Open its client in Halo", f"{HALO['base_url']}/customer?clientid=12")
    assert button(as_sam, with_halo, record_type) == opened


@pytest.mark.parametrize("record_type", RecordType)
def test_a_record_of_connectwise_opens_itself_its_client_or_nothing(
    as_sam: FlaskClient, with_connectwise: Integration, record_type: str
) -> None:
    copied(with_connectwise, [5], of=record_type)
    opened = button(as_sam, with_connectwise, record_type)
    if record_type not in SCREENS:
        assert opened is None
        return
    assert opened is not None
    assert opened[0] == "Open in ConnectWise"
    assert f"recordType={SCREENS[record_type]}&recid=5&" in opened[1]


@pytest.mark.parametrize("record_type", sorted({*RecordType} - SCREENS.keys()))
def test_a_record_of_connectwise_without_a_page_opens_its_client(
    as_sam: FlaskClient, with_connectwise: Integration, record_type: str
) -> None:
    copied(with_connectwise, [5], of=record_type, client_remote_id=12)
    opened = button(as_sam, with_connectwise, record_type)
    assert opened is not None
    assert opened[0] == "Open its client in ConnectWise"
    assert "recordType=CompanyFV&recid=12&" in opened[1]


@pytest.mark.parametrize("record_type", RecordType)
@pytest.mark.parametrize("state", [RecordState.OUT_OF_SCOPE, RecordState.DELETED])
def test_a_record_in_any_state_has_a_page_without_a_broken_link(
    as_sam: FlaskClient, with_halo: Integration, record_type: str, state: RecordState
) -> None:
    copied(with_halo, [5], of=record_type, state=state)
    opened = button(as_sam, with_halo, record_type)
    assert (opened is not None) == (record_type in PAGES)


@pytest.mark.parametrize("record_type", RecordType)
def test_a_record_has_no_button_if_the_address_is_not_known(
    as_sam: FlaskClient, with_connectwise: Integration, record_type: str
) -> None:
    with_connectwise.connection = {}
    with_connectwise.save()
    copied(with_connectwise, [5], of=record_type, client_remote_id=12)
    assert button(as_sam, with_connectwise, record_type) is None


def test_a_product_says_nothing_about_a_client_that_it_has_not(as_sam: FlaskClient, with_halo: Integration) -> None:
    copied(with_halo, [5], of="products", client_remote_id=0)
    assert button(as_sam, with_halo, "products") is None
