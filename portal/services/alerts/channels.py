"""Opens an Apprise URL, if it is of a service and a form that the portal allows.

Apprise can do much more than send: run programs, read files, talk to the local desktop and to any port. So services
are allowed by name: those that need nothing but https, or encrypted mail. The outbound guard is beneath both
(portal/guarded_requests.py, portal/guarded_smtp.py). A test compares the list with what Apprise's services import.
"""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from typing import Any, Final

from apprise import Apprise, AppriseAsset, AppriseAttachment, NotifyBase, PersistentStoreMode
from apprise.plugins.email import NotifyEmail

from portal import guard
from portal.errors import Invalid
from portal.public_addresses import is_public
from portal.services.alerts import attempts
from portal.vault import Secret

FIELD: Final = "address"
LONGEST: Final = 2000
PLAIN_PORT: Final = 80

MAIL: Final = frozenset({"mailtos", "mailto"})
TEAMS: Final = frozenset({"workflows", "workflow"})
SLACK: Final = frozenset({"slack"})
WEBHOOK: Final = frozenset({"jsons"})
SERVICES: Final = (
    MAIL | TEAMS | SLACK | WEBHOOK
    | {"46elks", "acs", "apprises", "atalk", "azure", "barks", "betterstack", "brevo", "bulksms", "bulkvs"}
    | {"burstsms", "clickatell", "clicksend", "cliq", "cm", "d7sms", "dingtalk", "discord", "exotel", "feishu"}
    | {"firehydrant", "flock", "forms", "freemobile", "gchat", "goalerts", "gotifys", "groupme", "guilded", "ifttt"}
    | {"ilert", "incidentio", "infobip", "jira", "kaleyra", "kumulos", "lark", "line", "mailersend", "mailgun"}
    | {"mastodons", "matrixs", "mmosts", "msg91", "msgbird", "nctalks", "nexmo", "noticas", "notifiarr", "ntfys"}
    | {"o365", "octopush", "onesignal", "opsgenie", "pagerduty", "pagertree", "pbul", "plivo", "postmark", "pover"}
    | {"prowl", "pushed", "pushy", "resend", "revolt", "ringc", "rockets", "ryver", "sendgrid", "sendpulse", "ses"}
    | {"seven", "signals", "signl4", "simplepush", "sinch", "smseagles", "smtp2go", "sns", "sparkpost", "spike"}
    | {"splunk", "squadcast", "stackfield", "synologys", "telesign", "telnyx", "tgram", "threema", "twilio", "twist"}
    | {"victorops", "voipms", "vonage", "webex", "wecombot", "whatsapp", "wxteams", "xmatters", "xmls", "zoom"}
    | {"zulip"}
)  # fmt: skip
# What people call them, where Apprise's name is another.
LABELS: Final = {
    "E-Mail": "Email",
    "JSON": "Webhook",
    "Form": "Webhook (form)",
    "XML": "Webhook (XML)",
    "Power Automate / Workflows (for MSTeams)": "Microsoft Teams",
}

ASSET: Final = AppriseAsset(
    app_id="Scopable",
    app_desc="Scopable alerts",
    http_redirects=False,
    async_mode=False,
    pgp_autogen=False,
    pem_autogen=False,
    storage_mode=PersistentStoreMode.MEMORY,
    service_timeout=attempts.SECONDS,
)

# These log addresses with their tokens, and what servers answer.
for _name in ("apprise", "urllib3", "requests_oauthlib", "oauthlib"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True)
class Channel:
    """A service that is ready to send. `hint` tells it apart from others of its kind, without secrets."""

    service: NotifyBase
    label: str
    hint: str


def opened(address: Secret, among: frozenset[str] = SERVICES) -> Channel:
    """Open an address. Raises Invalid if it is incomplete, or not of one of these services, or could harm."""
    url = address.reveal().strip()
    scheme = url.partition("://")[0].lower()
    service = Apprise.instantiate(url, asset=ASSET) if _may_be_known(url, scheme) else None
    if service is None or not among.intersection(_schemes(service)):
        raise Invalid(FIELD, "This isn't the address of a supported service.", "Check it for missing parts.")
    if scheme not in SERVICES and scheme != "https":
        _require_permission(service, scheme)
    _refuse_files(service)
    _refuse_weak_tls(service)
    _refuse_private(service)
    label = str(service.service_name)
    return Channel(service, LABELS.get(label, label), _hint(service))


def _may_be_known(url: str, scheme: str) -> bool:
    """Tell whether Apprise may look at it: services give addresses that begin with https, which Apprise knows."""
    if len(url) > LONGEST or not url.isprintable():
        return False
    return scheme in SERVICES or scheme == "https" or f"{scheme}s" in SERVICES


def _schemes(service: NotifyBase) -> set[str]:
    named: set[str] = service.schemas()  # type: ignore[no-untyped-call]  # bare in Apprise
    return named


def _require_permission(service: NotifyBase, scheme: str) -> None:
    """Refuse plain http, unless the operator allows the host."""
    if not guard.is_allowed(str(service.host), service.port or PLAIN_PORT):
        raise Invalid(FIELD, f"{scheme}:// isn't encrypted.", f"Use {scheme}s:// instead.")


def _refuse_files(service: NotifyBase) -> None:
    """Refuse templates and keys, which Apprise reads from the portal's own disk or from any address."""
    reads_files = any(isinstance(value, AppriseAttachment) and len(value) for value in vars(service).values())
    if reads_files or (isinstance(service, NotifyEmail) and (service.pgp_key or service.pgp_privkey)):
        raise Invalid(FIELD, "Templates and key files aren't supported.", "Remove them from the address.")


def _refuse_weak_tls(service: NotifyBase) -> None:
    if not service.verify_certificate:
        raise Invalid(FIELD, "Certificates are always checked.", "Remove verify=no from the address.")
    if not isinstance(service, NotifyEmail):
        return
    if service.secure_mode == "insecure" and not guard.is_allowed(str(service.smtp_host), service.port or 0):
        raise Invalid(FIELD, "This sends mail without encryption.", "Use mailtos:// instead.")
    if not service.targets:
        raise Invalid(FIELD, "There is no one to send mail to.", "Add ?to=name@example.com to the address.")


def _refuse_private(service: NotifyBase) -> None:
    """Refuse private addresses at once. Names are looked up when a message is sent, and checked then."""
    host = _host(service)
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return
    if not is_public(host.strip("[]")) and not guard.is_allowed(host, service.port or 443):
        raise Invalid(FIELD, f"{host} is a private address.", "Use an address on the public internet.")


def _hint(service: NotifyBase) -> str:
    if isinstance(service, NotifyEmail):
        domains = sorted({str(address).rpartition("@")[2] for _, address in service.targets})
        more = f" and {len(domains) - 1} more" if len(domains) > 1 else ""
        return f"•••@{domains[0]}{more}, via {service.smtp_host}"
    has_own_host = any("{host}" in str(template) for template in tuple[Any, ...](service.templates))
    return _host(service) if has_own_host else ""


def _host(service: NotifyBase) -> str:
    return str(service.smtp_host if isinstance(service, NotifyEmail) else service.host or "")
