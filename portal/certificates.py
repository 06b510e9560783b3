"""What was wrong with a server's certificate, from OpenSSL's refusal of it."""

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


# OpenSSL's numbers (x509_vfy.h), which Python hands on as `verify_code`.
_BY_CODE: Final = {
    7: Fault.UNKNOWN_ISSUER,  # an authority of this name is known, with another key: it was renewed
    9: Fault.NOT_YET_VALID,
    10: Fault.EXPIRED,
    18: Fault.SELF_SIGNED,
    19: Fault.UNKNOWN_ISSUER,  # the chain has its root with it, as those of companies often have
    20: Fault.UNKNOWN_ISSUER,
    21: Fault.UNKNOWN_ISSUER,
    62: Fault.OTHER_NAME,
    64: Fault.OTHER_NAME,
}
# What a port says to a handshake that it does not understand.
_NO_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"})


@dataclass(frozen=True)
class Refusal:
    """`names` are those that the certificate is for, known only where it is for another name."""

    fault: Fault
    names: tuple[str, ...] = ()


def fault_of(error: ssl.SSLError) -> Fault:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _BY_CODE.get(error.verify_code, Fault.OTHER)
    return Fault.NO_TLS if error.reason in _NO_TLS else Fault.OTHER


def names_in(certificate: Mapping[str, Any]) -> tuple[str, ...]:
    """List the hosts and addresses that a certificate, as Python parses it, is for."""
    return tuple(str(name) for _, name in certificate.get("subjectAltName", ()))
