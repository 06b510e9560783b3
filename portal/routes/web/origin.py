"""Accepts forms from the portal's own pages only, by the headers Origin and Sec-Fetch-Site, in addition to the token.

It ignores the Referer, which proxies and browsers may remove. Current browsers send Origin with every form, and
Sec-Fetch-Site on every secure connection; pages cannot forge either.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, request

from portal.config import Config
from portal.errors import WrongOrigin
from portal.routes.web.access import SAFE

OWN_SITE: Final = frozenset({"same-origin", "none"})
LONGEST_SHOWN: Final = 200


def init_app(app: Flask, config: Config) -> None:
    @app.before_request
    def check() -> None:
        if request.method not in SAFE:
            _check(config.public_url)


def _check(public_url: str | None) -> None:
    """Raise WrongOrigin for a form from another site, or from a page that was opened at another address."""
    origin, site = request.headers.get("Origin", ""), request.headers.get("Sec-Fetch-Site", "")
    if site and site not in OWN_SITE:
        raise WrongOrigin("This form was sent from another site.", "Use the portal's own pages. Nothing was changed.")
    # Without a public URL, a proxy may have replaced the Host to compare Origin with. The token has to suffice.
    if public_url is None or not origin or origin == public_url:
        return
    if origin != "null":
        raise WrongOrigin(
            f"This portal is set up for {public_url}, but you opened {origin[:LONGEST_SHOWN]}.",
            "Open it at that address, or change PORTAL_PUBLIC_URL.",
        )
    # Origin is "null" behind a proxy that forbids the Referer, and also for a hostile page in a frame. Over https,
    # Sec-Fetch-Site distinguishes the two.
    if not site and public_url.startswith("https://"):
        raise WrongOrigin(
            "Your browser doesn't say where this form came from.",
            "Use a newer browser, or ask the operator to remove the proxy's Referrer-Policy. Nothing was changed.",
        )
