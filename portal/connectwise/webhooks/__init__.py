"""ConnectWise's webhooks, which it calls callbacks (connectwise-api.md section 7).

body           the parts of a callback, none of them proved by being there
key_addresses  which addresses a signing key may come from
signing_keys   fetching one
signatures     what the signature of a body has to be
events         which record a callback is about
"""

from __future__ import annotations

from typing import Final

from portal.connectwise.webhooks import body, events, key_addresses, signatures, signing_keys
from portal.psa.webhooks import HostedKeys, WebhookFormat

FORMAT: Final = WebhookFormat(
    proof=signatures.proof,
    expected_proof=signatures.expected_proof,
    is_readable=body.is_readable,
    extract_json=body.extract_json,
    read=events.read,
    abridge=body.abridge,
    hosted_keys=HostedKeys(address_of=key_addresses.address_of, fetch=signing_keys.fetch),
    proof_headers=frozenset({signatures.HEADER}),
    message_key=events.message_key,
    # ConnectWise appends the record's id to the address, so it has to end in a parameter.
    address_ending="?recordId=",
    unannounced=frozenset({"sites"}),
)
