"""The control API of ordinary tickets, under /_sandbox/ like the rest.

GET, POST    /_sandbox/tickets        ?tenant=  the ids of a tenant's ordinary tickets; POST changes some
                                      (tickets.py: TicketChange) and answers {"ids": […]}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from portal.sandbox.halo.control_request import ControlRequest
from portal.sandbox.halo.tickets import TicketChange, apply, ticket_detail
from portal.sandbox.halo.webhooks.event import Event
from portal.sandbox.halo.webhooks.webhook import TICKETS

# Halo's names of the first two were SEEN; the others are INFERRED.
_NAMES = {
    "create": "new ticket logged",
    "change": "ticket status changed",
    "convert": "ticket type changed",
    "revert": "ticket type changed",
    "delete": "ticket deleted",
}


def _ids(control_request: ControlRequest) -> Any:
    return [row.id for row in control_request.tenant().tickets.rows()]


def _change(control_request: ControlRequest) -> Any:
    instance, tenant = control_request.instance, control_request.tenant()
    change, now = msgspec.convert(control_request.body, TicketChange), instance.clock.now()
    with tenant.lock:  # so that webhooks are sent in the order of the changes
        rows = apply(tenant, change, now)
        details = {row.id: ticket_detail(row) | {"is_opportunity": change.do == "convert"} for row in rows}
        name = _NAMES[change.do]
        events = [Event(TICKETS, name, "ticket", number, fields, now) for number, fields in details.items()]
        instance.webhooks.publish(tenant.name, events)
    return {"ids": [row.id for row in rows]}


TICKET_VERBS: dict[tuple[str, str], Callable[[ControlRequest], Any]] = {
    ("GET", "tickets"): _ids,
    ("POST", "tickets"): _change,
}
