"""The adapter for Halo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal.halo import facts, lookups, record_fields, record_links, webhooks
from portal.halo.client import HaloClient, no_limit
from portal.halo.connect_form import CONNECT_FORM
from portal.halo.credentials import Credentials
from portal.halo.diagnosis import connection_test
from portal.halo.tenants import tenant_of
from portal.halo.webhooks import proofs
from portal.psa.adapter import Connection, FactsFormat, FilterOptions, Meter, PsaAdapter, RequestLimit
from portal.psa.diagnosis import Diagnosis
from portal.psa.webhooks import WebhookFormat


def _open_client(
    connection: Connection,
    *,
    patient: bool = True,
    check_rate_limit: Callable[[], None] = no_limit,
    before_call: Callable[[], None] = no_limit,
) -> HaloClient:
    return HaloClient(
        Credentials.of(connection), patient=patient, check_rate_limit=check_rate_limit, before_call=before_call
    )


def _test(connection: Connection, meter: Meter) -> Diagnosis:
    return connection_test.check(Credentials.of(connection), meter)


HALO: Final = PsaAdapter(
    slug="halo",
    label="Halo PSA",
    name="Halo",
    connect_form=CONNECT_FORM,
    tenant_of=tenant_of,
    open_client=_open_client,
    test=_test,
    # The last known figure (halo-api.md section 5). A tenant that refuses says its own.
    request_limit=RequestLimit(requests=700, seconds=300),
    # authinfo, a token, and the credential variants that are tried if no token is granted.
    proving_requests=12,
    # The profile, two requests per list, and one for the number of inactive clients.
    reading_requests=16,
    filter_options=FilterOptions(tuple(lookups.LOOKUPS), lookups.FOUND_IN, lookups.collect),
    facts=FactsFormat(facts.read, facts.unpack),
    webhooks=WebhookFormat(
        proof=proofs.proof,
        expected_proof=proofs.expected_proof,
        is_readable=webhooks.is_readable,
        extract_json=webhooks.extract_json,
        read=webhooks.read,
        abridge=webhooks.abridge,
    ),
    record_fields=record_fields.read,
    record_link=record_links.record_link,
    record_named_by=record_links.record_named_by,
    silent_webhook_remedy=(
        "Halo has probably switched the webhook off. In Halo, open Configuration → Integrations → Webhooks and the"
        " webhook: its Deliveries tab says what failed. Mend that, then switch Active on again."
    ),
)
