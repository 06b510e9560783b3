"""The page at the sandbox's address: what to enter in order to connect."""

from __future__ import annotations

from html import escape
from typing import Final

from portal.sandbox.connectwise.instance import Instance
from portal.sandbox.http import Response, html_response

_LABELS: Final = ("Site", "Company ID", "Public Key", "Private Key", "Client ID")
_PAGE: Final = (
    "<!DOCTYPE html><html lang=en><title>Simulated ConnectWise PSA</title>"
    "<h1>Simulated ConnectWise PSA</h1><p>Enter these values in order to connect:</p>{}"
)


def values_page(instance: Instance) -> Response:
    tables = []
    for tenant in instance.tenants:
        settings = tenant.settings
        values = (instance.url, tenant.name, settings.public_key, settings.private_key, settings.client_id)
        rows = zip(_LABELS, values, strict=True)
        cells = "".join(f"<tr><th>{label}<td><code>{escape(value)}</code>" for label, value in rows)
        tables.append(f"<table>{cells}</table>")
    return html_response(_PAGE.format("<hr>".join(tables)))
