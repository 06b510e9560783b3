"""What a refused login means (the table of connectwise-api.md section 2). Pure."""

from __future__ import annotations

from typing import Final

from portal.connectwise.credentials import Credentials
from portal.connectwise.diagnosis.messages import (
    CHECK_CLIENT_ID,
    CHECK_COMPANY,
    CHECK_ROLE,
    CHECK_SITE,
    NEW_KEYS,
    REPORT_CLIENT_ID,
    SET_CLIENT_ID,
)
from portal.connectwise.responses import Kind, described, kind_of
from portal.outbound import Response
from portal.psa.diagnosis import Diagnosis, failed
from portal.psa.hosts import host_of

# The answers that mean a refused login, whatever was asked for.
KINDS: Final = frozenset({Kind.NO_ROUTE, Kind.WRONG_KEYS, Kind.CLIENT_ID, Kind.WRONG_HOST})
WRONG_KEYS: Final = "ConnectWise doesn't accept this Public Key and Private Key."


def refused(response: Response, credentials: Credentials) -> Diagnosis:
    """Explain an answer that is neither a success nor a temporary failure."""
    match kind_of(response):
        case Kind.CLIENT_ID:
            return client_id(credentials)
        case Kind.WRONG_KEYS:
            return wrong_keys(credentials)
        case Kind.NO_ROUTE:
            problem = f"ConnectWise doesn't know the company {credentials.company_id} at this Site."
            return failed("company_id", problem, CHECK_COMPANY)
        case Kind.WRONG_HOST:
            problem = f"{host_of(credentials.site)} isn't the host of ConnectWise's API."
            return failed("site", problem, f"On the cloud, its name starts with api-. {CHECK_SITE}")
        case Kind.NO_PERMISSION:
            if not credentials.client_id:
                return client_id(credentials)
            return failed(None, "ConnectWise accepts the keys, but refuses the API member (status 403).", CHECK_ROLE)
        case Kind.NO_ENDPOINT | Kind.RECORD_GONE:
            # The cloud has been seen to hide a refused login behind a 404 (section 2).
            problem = "ConnectWise doesn't let these keys log in to this company (status 404)."
            return failed("company_id", problem, f"{CHECK_COMPANY} {NEW_KEYS}")
        case _:
            problem = f"The Site responded with {described(response)}. It doesn't look like ConnectWise."
            return failed("site", problem, CHECK_SITE)


def client_id(credentials: Credentials) -> Diagnosis:
    if not credentials.client_id:
        return failed("client_id", "ConnectWise requires a Client ID, and this portal has none.", SET_CLIENT_ID)
    if credentials.has_own_client_id:
        return failed("client_id", "ConnectWise doesn't accept this Client ID.", CHECK_CLIENT_ID)
    return failed("client_id", "ConnectWise doesn't accept the Client ID of this portal.", REPORT_CLIENT_ID)


def wrong_keys(credentials: Credentials) -> Diagnosis:
    """Point out what is plainly wrong with one of the keys, or else blame both."""
    for field, label, key in (
        ("public_key", "Public Key", credentials.public_key),
        ("private_key", "Private Key", credentials.private_key),
    ):
        if key != key.strip() or any(each.isspace() or not each.isprintable() for each in key):
            return failed(field, f"There are spaces or invisible characters in the {label}.", NEW_KEYS)
    # Some servers answer alike if the Client ID is missing.
    also = "" if credentials.client_id else f" This portal also has no Client ID. {SET_CLIENT_ID}"
    return failed("private_key", WRONG_KEYS, f"{NEW_KEYS}{also}")
