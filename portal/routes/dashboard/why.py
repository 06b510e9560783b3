"""Why a record is not here: paste its number, its name or a link, and get one answer."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.errors import NotFound
from portal.models.integrations import Integration
from portal.psa.named_records import NamedRecord
from portal.psa.registry import adapter_of
from portal.routes.web import current, limits
from portal.services.connecting import account_integrations
from portal.services.pages import whereabouts
from portal.services.pages.whereabouts import Whereabouts
from portal.sync.record_types import RecordType

bp = Blueprint("why", __name__)

LONGEST: Final = 500


@bp.get("/why")
def index() -> ResponseReturnValue:
    """Lead to the page of the account's PSA."""
    readable = [each for each in account_integrations.candidates(current.account()) if each.is_active]
    if not readable:
        raise NotFound("No PSA is connected.", "Connect it on the Integrations page.")
    return redirect(url_for("why.answer", psa=readable[0].psa, q=request.args.get("q") or None))


@bp.get("/integrations/<psa:psa>/why")
@limits.suggestions_of_user
@limits.suggestions_of_account
def answer() -> ResponseReturnValue:
    """Answer from the copy and from the PSA. A number without its type is looked up in the copy alone."""
    integration = current.readable_integration()
    text = " ".join(request.args.get("q", "").replace("\0", " ").split())[:LONGEST]
    named = adapter_of(integration.psa).record_named_by(text) if text else []
    chosen = _type_in(request.args.get("type", ""))
    answers, number = _answers(integration, text, named, chosen)
    return render_template(
        "why/index.html",
        integration=integration,
        text=text,
        answers=answers,
        number=number,
        other_host=_other_host(integration, text) if named else "",
    )


def _answers(
    integration: Integration, text: str, named: list[NamedRecord], chosen: RecordType | None
) -> tuple[list[Whereabouts], int | None]:
    """Return the answers, and the number if its type is open."""
    if not named:
        return (whereabouts.named(integration, text) if text else []), None
    first = named[0]
    if record_type := chosen or _type_in(first.record_type or ""):
        return [whereabouts.of(integration, record_type, first.number)], first.number if chosen else None
    return whereabouts.numbered(integration, first.number), first.number


def _type_in(text: str) -> RecordType | None:
    return RecordType(text) if text in list(RecordType) else None


def _other_host(integration: Integration, text: str) -> str:
    """Return the host of a pasted link if it is not the PSA's own."""
    form = adapter_of(integration.psa).connect_form
    if "/" not in text:
        return ""
    try:
        host = urlsplit(form.parse_address(text).address).netloc
    except ValueError:
        return ""
    return host if host != urlsplit(integration.connection.get(form.address, "")).netloc else ""
