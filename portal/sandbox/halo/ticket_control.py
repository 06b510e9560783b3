"""What only Halo's control API has: ordinary tickets, and events of no synced record.

GET, POST    /_sandbox/tickets        ?tenant=  the ids of a tenant's ordinary tickets; POST changes some
                                      (tickets.py: TicketChange) and answers {"ids": […]}
POST         /_sandbox/events         ?tenant=  events of no synced record (webhooks/event.py: ManualEvent)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from portal.sandbox.control_request import ControlRequest
from portal.sandbox.halo.instance import Instance
from portal.sandbox.halo.tickets import TicketChange, apply, ticket_detail
from portal.sandbox.halo.webhooks.event import Event, ManualEvent, manual_events
from portal.sandbox.halo.webhooks.webhook import TICKETS

HaloControlRequest = ControlRequest[Instance]

# Halo's names of the first two were SEEN; the others are INFERRED.
_NAMES = {
    "create": "new ticket logged",
    "change": "ticket status changed",
    "convert": "ticket type changed",
    "revert": "ticket type changed",
    "delete": "ticket deleted",
}


def _ids(control_request: HaloControlRequest) -> Any:
    return [row.id for row in control_request.tenant().tickets.rows()]


def _change(control_request: HaloControlRequest) -> Any:
    instance, tenant = control_request.instance, control_request.tenant()
    change, now = msgspec.convert(control_request.body, TicketChange), instance.clock.now()
    with tenant.lock:  # so that webhooks are sent in the order of the changes
        rows = apply(tenant, change, now)
        details = {row.id: ticket_detail(row) | {"is_opportunity": change.do == "convert"} for row in rows}
        name = _NAMES[change.do]
        events = [Event(TICKETS, name, "ticket", number, fields, now) for number, fields in details.items()]
        instance.webhooks.publish(tenant.name, events)
    return {"ids": [row.id for row in rows]}


def _publish(control_request: HaloControlRequest) -> Any:
    events = manual_events(msgspec.convert(control_request.body, ManualEvent), control_request.instance.clock.now())
    control_request.instance.webhooks.publish(control_request.tenant().name, events)
    return {}


TICKET_VERBS: dict[tuple[str, str], Callable[[HaloControlRequest], Any]] = {
    ("GET", "tickets"): _ids,
    ("POST", "tickets"): _change,
    ("POST", "events"): _publish,
}
