"""Explains why OpenSSL rejected a server's certificate."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Fault(StrEnum):
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    SELF_SIGNED = "self_signed"
    UNKNOWN_ISSUER = "unknown_issuer"
    OTHER_NAME = "other_name"
    NO_TLS = "no_tls"
    OTHER = "other"


# OpenSSL's error codes (x509_vfy.h), which Python passes on as `verify_code`.
_BY_CODE: Final = {
    7: Fault.UNKNOWN_ISSUER,  # a known authority with another key, because it was renewed
    9: Fault.NOT_YET_VALID,
    10: Fault.EXPIRED,
    18: Fault.SELF_SIGNED,
    19: Fault.UNKNOWN_ISSUER,  # the chain includes its root, as companies' chains often do
    20: Fault.UNKNOWN_ISSUER,
    21: Fault.UNKNOWN_ISSUER,
    62: Fault.OTHER_NAME,
    64: Fault.OTHER_NAME,
}
# OpenSSL's reasons if the port does not speak TLS.
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


@dataclass(frozen=True)
class Refusal:
    """`names` are the names in the certificate; set only for `OTHER_NAME`."""

    fault: Fault
    names: tuple[str, ...] = ()


def fault_of(error: ssl.SSLError) -> Fault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_CODE.get(error.verify_code, Fault.OTHER)
    return Fault.NO_TLS if error.reason in _NO_TLS else Fault.OTHER


def names_in(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the hosts and addresses in a certificate, as parsed by Python."""
    return tuple(str(name) for _, name in certificate.get("subjectAltName", ()))
