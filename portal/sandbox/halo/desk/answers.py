"""The desk's one address: GET shows it, POST does what a form of it asks."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from urllib.parse import parse_qsl, urlencode

from portal.sandbox.halo.ask import PREFIX
from portal.sandbox.halo.changes import Change
from portal.sandbox.halo.desk.clients import clients
from portal.sandbox.halo.desk.hooks import hooks
from portal.sandbox.halo.desk.parts import document
from portal.sandbox.halo.edits import edit
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tenant import Tenant
from portal.sandbox.halo.webhooks.webhook import with_basic
from portal.sandbox.http import Request, Response, html_response

DESK = f"{PREFIX}/desk"
_SENT_WITHIN = 1.0  # seconds that the page waits, so as to show how the deliveries went

Form = dict[str, str]


def desk(instance: Instance, request: Request) -> Response:
    """Answer with the page, after a form by way of a redirect; with 400 for a form that makes no sense."""
    try:
        tenant = instance.tenant(request.query.get("tenant"))
    except KeyError:
        return html_response(document("Simulated Halo", "<h1>No such tenant</h1>"), status=404)
    if request.method != "POST":
        return html_response(_page(instance, tenant))
    form = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    try:
        _DO[form.get("do", "")](instance, tenant, form)
    except KeyError:
        return html_response(_page(instance, tenant, "That is not there any more."), status=400)
    except ValueError as problem:
        return html_response(_page(instance, tenant, f"That cannot be done: {problem}."), status=400)
    instance.webhooks.sender.flush(_SENT_WITHIN)
    return Response(303, headers={"Location": _address(tenant)})


def _page(instance: Instance, tenant: Tenant, problem: str = "") -> str:
    notice = f'<p class="bad" role="alert">{escape(problem)}</p>' if problem else ""
    return document(
        f"{tenant.name} – Simulated Halo",
        "<h1>Simulated Halo</h1><p>Change something here, and watch it arrive in the portal.</p>",
        _tenants(instance, tenant),
        notice,
        hooks(instance.webhooks, tenant),
        clients(tenant),
    )


def _tenants(instance: Instance, current: Tenant) -> str:
    if len(instance.tenants) == 1:
        return ""
    links = (
        f'<a href="{escape(_address(each))}"{" aria-current=page" if each is current else ""}>{escape(each.name)}</a>'
        for each in instance.tenants
    )
    return f'<nav aria-label="Tenants">{"".join(links)}</nav>'


def _address(tenant: Tenant) -> str:
    return f"{DESK}?{urlencode({'tenant': tenant.name})}"


def _rename(instance: Instance, tenant: Tenant, form: Form) -> None:
    change = Change("change", ids=[int(form["id"])], fields={"name": form["name"]})
    edit(instance, tenant, "clients", change)


def _delete(instance: Instance, tenant: Tenant, form: Form) -> None:
    edit(instance, tenant, "clients", Change("delete", ids=[int(form["id"])]))


def _add(instance: Instance, tenant: Tenant, form: Form) -> None:
    webhook = with_basic(form["url"].strip(), form["user"], form["secret"])
    instance.webhooks.register.add(tenant.name, webhook)


def _switch_on(instance: Instance, tenant: Tenant, form: Form) -> None:
    del tenant
    instance.webhooks.register.change(form["id"], {"active": True})


def _remove(instance: Instance, tenant: Tenant, form: Form) -> None:
    del tenant
    instance.webhooks.register.remove(form["id"])


_DO: dict[str, Callable[[Instance, Tenant, Form], None]] = {
    "rename": _rename,
    "delete": _delete,
    "add": _add,
    "switch_on": _switch_on,
    "remove": _remove,
}
