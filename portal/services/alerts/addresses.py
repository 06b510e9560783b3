"""Makes addresses for alerts from what people enter in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from portal.errors import Invalid
from portal.services.alerts.channels import FIELD
from portal.vault import Secret


class MailSecurity(StrEnum):
    """Named as in Apprise."""

    STARTTLS = "starttls"
    TLS = "ssl"


@dataclass(frozen=True)
class MailServer:
    """A server that accepts mail. `user` is empty if it needs no log-in."""

    host: str
    port: int
    security: MailSecurity
    user: str
    password: Secret


def mail(server: MailServer, sender: str, recipients: Sequence[str]) -> Secret:
    """Return the address of mail from `sender` to all recipients."""
    log_in = f"{quote(server.user, safe='')}:{quote(server.password.reveal(), safe='')}@" if server.user else ""
    options = {"smtp": server.host, "mode": server.security, "from": sender, "to": ",".join(recipients)}
    return Secret(f"mailtos://{log_in}{server.host}:{server.port}?{urlencode(options, quote_via=quote)}")


def webhook(url: str) -> Secret:
    """Return the address of a webhook that gets JSON by POST. Raises Invalid unless the URL begins with https."""
    try:
        parts = urlsplit(url.strip())
        query = {f"-{name}": value for name, value in parse_qsl(parts.query, keep_blank_values=True)}
        is_complete = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_complete = False
    if not is_complete:
        raise Invalid(FIELD, "Enter a web address that starts with https://.")
    # A minus marks what belongs to the webhook's own address. Apprise takes a plus for a plus, so spaces become %20.
    options = urlencode(query, quote_via=quote)
    return Secret(f"jsons://{parts.netloc}{parts.path or '/'}{'?' if options else ''}{options}")
