"""The control API of webhooks, under /_sandbox/ like the rest.

GET, POST    /_sandbox/webhooks       ?tenant=  a tenant's webhooks; POST adds one, with the PSA's own settings
POST, DELETE /_sandbox/webhooks/ID    POST changes what it names and saves the webhook anew; DELETE removes it
POST         /_sandbox/posts/ID       {"body": base64, "content_type"}: any body; answers its delivery
GET          /_sandbox/deliveries     ?after= ?limit= and any field of a delivery as a filter
POST         /_sandbox/flush          {"timeout": seconds}: waits until all is sent
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from portal.sandbox.control_request import ControlError, ControlRequest
from portal.sandbox.instance import Instance
from portal.sandbox.webhooks.deliveries import Delivery
from portal.sandbox.webhooks.webhook import is_one_line

AnyRequest = ControlRequest[Instance[Any]]
_POST_SECONDS = 30.0


class _Post(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    body: bytes
    content_type: str = "application/json"

    def __post_init__(self) -> None:
        if not is_one_line(self.content_type):
            raise ValueError("a content type is printable ASCII")


def _list(control_request: AnyRequest) -> Any:
    return [each.as_json() for each in control_request.instance.webhooks.register.of(control_request.tenant().name)]


def _add_or_change(control_request: AnyRequest) -> Any:
    register = control_request.instance.webhooks.register
    if control_request.rest:
        return register.change(control_request.rest[0], control_request.body).as_json()
    return register.add_from(control_request.tenant().name, control_request.body).as_json()


def _remove(control_request: AnyRequest) -> Any:
    control_request.instance.webhooks.register.remove(control_request.rest[0])
    return {}


def _post(control_request: AnyRequest) -> Any:
    post = msgspec.convert(control_request.body, _Post)
    promise = control_request.instance.webhooks.post(
        control_request.rest[0], post.body, post.content_type, control_request.instance.clock.now()
    )
    try:
        return promise.result(_POST_SECONDS)
    except TimeoutError:
        raise ControlError("it still waits to be sent") from None


def _deliveries(control_request: AnyRequest) -> Any:
    wanted = dict(control_request.query)
    after, limit = int(wanted.pop("after", 0)), int(wanted.pop("limit", 1000))
    unknown = wanted.keys() - set(Delivery.__struct_fields__)
    if unknown:
        raise ControlError(f"deliveries have no field {', '.join(sorted(unknown))}")
    return control_request.instance.webhooks.deliveries.entries(after=after, limit=limit, **wanted)


def _flush(control_request: AnyRequest) -> Any:
    if not control_request.instance.webhooks.sender.flush(control_request.body["timeout"]):
        raise ControlError("not all webhooks are sent yet")
    return {}


WEBHOOK_VERBS: dict[tuple[str, str], Callable[[AnyRequest], Any]] = {
    ("GET", "webhooks"): _list,
    ("POST", "webhooks"): _add_or_change,
    ("DELETE", "webhooks"): _remove,
    ("POST", "posts"): _post,
    ("GET", "deliveries"): _deliveries,
    ("POST", "flush"): _flush,
}
