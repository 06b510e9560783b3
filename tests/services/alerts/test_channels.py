"""Only services that need nothing but https or mail are allowed, whatever Apprise can do besides."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest
from apprise.manager_plugins import NotificationManager

from portal import allowed_hosts, guard
from portal.errors import Invalid
from portal.services.alerts import channels
from portal.vault import Secret

# What a service must not bring: sockets of its own, other programs, and other protocols.
FORBIDDEN = {"socket", "subprocess", "asyncio", "slixmpp", "paho", "gi", "dbus", "ctypes", "multiprocessing", "utils"}
# These read templates and keys if an address names them, which `opened` refuses.
READERS = {"discord", "slack", "tgram", "workflow", "workflows"}


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", frozenset())


def service(scheme: str) -> Any:
    return NotificationManager()[scheme]  # type: ignore[no-untyped-call]  # bare in Apprise


def sources(scheme: str) -> list[str]:
    """Return the source of a service of Apprise."""
    module = Path(inspect.getfile(service(scheme)))
    files = [module] if module.parent.name == "plugins" else list(module.parent.glob("*.py"))
    return [file.read_text() for file in files]


def imports(source: str) -> set[str]:
    """Return the packages that a source imports, and of Apprise's own those that open sockets."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and (node.module or "") == "utils.socket":
            found.add("socket")
    return found


@pytest.mark.parametrize("scheme", sorted(channels.SERVICES))
def test_every_allowed_service_needs_nothing_but_https_or_mail(scheme: str) -> None:
    for source in sources(scheme):
        assert not imports(source) & FORBIDDEN
        assert "smtplib" not in imports(source) or scheme in channels.MAIL
        assert "AppriseAttachment(asset" not in source or scheme in READERS


@pytest.mark.parametrize("scheme", sorted(channels.SERVICES - {"mailto"}))
def test_every_allowed_service_is_encrypted(scheme: str) -> None:
    protocols = service(scheme).secure_protocol or ()
    assert scheme in ((protocols,) if isinstance(protocols, str) else protocols)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        "file:///etc/passwd",
        "syslog://",
        "rsyslog://127.0.0.1",
        "dbus://",
        "windows://",
        "macosx://",
        "gnome://",
        "irc://irc.acme.example/x",
        "mqtts://mqtt.acme.example/x",
        "xmpps://u:p@xmpp.acme.example",
        "smpps://u:p@smpp.acme.example/1/2",
        "growl://growl.acme.example",
        "fcm://project@key/target?keyfile=/etc/passwd",
        "vapid://someone@acme.example/target",
        "kodis://media.acme.example",
        "http://hooks.acme.example/",
        "https://hooks.acme.example/",
        "config://acme.example/config",
        "jsons://hooks.acme.example/\nx",
        "json://hooks.acme.example/",
        "jsons://hooks.acme.example/?verify=no",
        "jsons://127.0.0.1/",
        "jsons://[fd00::1]/",
        "mailto://smtp.acme.example?from=a@acme.example&to=b@acme.example",
        "mailtos://u:p@smtp.acme.example?to=a@acme.example&mode=insecure",
        "mailtos://u:p@smtp.acme.example?to=a@acme.example&pgp=sign&pgpprv=/etc/passwd",
        "mailtos://u:p@192.168.0.5?to=a@acme.example",
        "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ?template=/etc/passwd",
        "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template=https://acme.example/x",
    ],
)
def test_everything_else_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        channels.opened(Secret(address))
    assert refused.value.field == "address"


def test_an_allowed_host_may_be_private_and_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_allowed", allowed_hosts.parsed("10.0.0.5"))
    assert channels.opened(Secret("json://10.0.0.5/hook")).hint == "10.0.0.5"
    assert channels.opened(Secret("mailto://10.0.0.5?from=a@acme.example&to=b@acme.example")).label == "Email"


@pytest.mark.parametrize(
    ("address", "label", "hint"),
    [
        ("https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack", ""),
        ("https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "Discord", ""),
        ("jsons://user:s3cret@hooks.acme.example:8443/s3cret?-token=s3cret", "Webhook", "hooks.acme.example"),
        (
            "mailtos://u:s3cret@smtp.acme.example?to=a@acme.example,b@x.example&from=c@acme.example",
            "Email",
            "•••@acme.example and 1 more, via smtp.acme.example",
        ),
    ],
)
def test_the_hint_holds_no_secret(address: str, label: str, hint: str) -> None:
    channel = channels.opened(Secret(address))
    assert (channel.label, channel.hint) == (label, hint)
