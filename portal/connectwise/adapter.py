"""The adapter for ConnectWise PSA."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.connectwise import facts, lookups, record_fields, record_links, webhooks
from portal.connectwise.client import ConnectWiseClient
from portal.connectwise.connect_form import CONNECT_FORM
from portal.connectwise.credentials import SLUG, Credentials
from portal.connectwise.diagnosis import connection_test
from portal.connectwise.server import no_limit
from portal.connectwise.tenants import tenant_of
from portal.psa.adapter import Connection, FactsFormat, FilterOptions, Meter, PsaAdapter, RequestLimit
from portal.psa.diagnosis import Diagnosis


def _open_client(
    connection: Connection,
    *,
    patient: bool = True,
    check_rate_limit: Callable[[], None] = no_limit,
    before_call: Callable[[], None] = no_limit,
) -> ConnectWiseClient:
    return ConnectWiseClient(
        Credentials.of(connection), patient=patient, check_rate_limit=check_rate_limit, before_call=before_call
    )


def _test(connection: Connection, meter: Meter) -> Diagnosis:
    return connection_test.check(Credentials.of(connection), meter)


CONNECTWISE: Final = PsaAdapter(
    slug=SLUG,
    label="ConnectWise PSA",
    name="ConnectWise",
    connect_form=CONNECT_FORM,
    tenant_of=tenant_of,
    open_client=_open_client,
    test=_test,
    # ConnectWise throttles at about 1,000 a minute, which other tools may share (connectwise-api.md section 6).
    request_limit=RequestLimit(requests=600, seconds=60),
    # The company check, /system/info, and the first company.
    proving_requests=3,
    # A row and a count per list, a site, the number of inactive clients, and the rights of the role.
    reading_requests=14,
    filter_options=FilterOptions(
        tuple(lookups.LOOKUPS),
        lookups.FOUND_IN,
        lookups.collect,
        called=lookups.CALLED,
        missing=frozenset({"without_service_accounts", "without_general_users"}),
    ),
    facts=FactsFormat(facts.read, facts.unpack),
    webhooks=webhooks.FORMAT,
    record_fields=record_fields.read,
    record_link=record_links.record_link,
    record_named_by=record_links.record_named_by,
    silent_webhook_remedy=(
        "ConnectWise has probably turned the callbacks off, as it does after they failed on three days in a row. Look"
        " at GET /system/callbacks: where inactiveFlag is true, fix the cause, then set it to false."
    ),
)
