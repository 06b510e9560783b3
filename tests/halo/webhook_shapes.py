"""Bodies from Halo, proxies and custom payloads, each with its subject or the reason why it is unknown."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from portal.halo.webhooks.subject import CONTRADICTION, NO_ID, NO_SUBJECT, NOT_A_RECORD, SEVERAL

# As a production receiver has seen it.
HEAD: Final = {
    "id": "6f1c1c3e-9a0e-4a55-a6a8-0c7d9d5d7e11",
    "webhook_id": "b2c4c0b1-8a9d-4f59-9a63-0a2f6f7f0001",
    "notification_id": 41,
    "escmsg_id": "0d9a5b56-7a7e-4a7a-8f57-3f2a3c0b0002",
    "agent_id": 3,
    "timestamp": "2026-09-25T06:41:08.7895915Z",
}
FORM: Final = "application/x-www-form-urlencoded"
CLIENT: Final = {"event": "client updated", "object_id": 12}
SITE: Final = {"id": 33, "name": "Main", "client_id": 12.0, "use": "site"}
CONTACT: Final = {"id": 101, "name": "Jo Bloggs", "site_id": 33.0, "client_id": 12}
CONTRACT: Final = {"id": 7, "ref": "C-0007", "client_id": 12}


class Shape(NamedTuple):
    """`about` lists the records in order; a text in the place of one is the reason why it cannot be known."""

    name: str
    body: Any
    about: list[Any]
    content_type: str = "application/json"

    @property
    def raw(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(HEAD | self.body).encode()


def plain(body: Any) -> bytes:
    return json.dumps(body).encode()


JUST_CLIENT: Final = [("clients", 12)]
SHAPES: Final = [
    Shape(
        "seen: a ticket",
        {"event": "ticket status changed", "object_id": 4242, "ticket": {"id": 4242, "client_id": 1}},
        [("opportunities", 4242)],
    ),
    Shape("event only", CLIENT, JUST_CLIENT),
    # Linked objects are not the subject.
    Shape("site with its contact", {"event": "site updated", "site": SITE, "user": CONTACT}, [("sites", 33)]),
    Shape(
        "site with its contact and object_id",
        {"event": "site updated", "object_id": 33, "contact": CONTACT, "site": SITE},
        [("sites", 33)],
    ),
    Shape(
        "site with a contact of the same number",
        {"event": "site updated", "object_id": 33, "user": {"id": 33}, "site": SITE},
        [("sites", 33)],
    ),
    Shape("client with a contract", CLIENT | {"client": {"id": 12}, "contract": CONTRACT}, JUST_CLIENT),
    Shape("client with a contract of its number", CLIENT | {"contract": {"id": 12}}, JUST_CLIENT),
    Shape("client with lists", CLIENT | {"client": {"id": 12}, "sites": [SITE], "users": [CONTACT]}, JUST_CLIENT),
    Shape(
        "an unknown event, an object of its number",
        {"event": "x happened", "object_id": 33, "client": {"id": 12}, "site": SITE},
        [("sites", 33)],
    ),
    Shape("an unknown event and one object", {"event": "x happened", "site": SITE}, [("sites", 33)]),
    Shape("an unknown event and two objects", {"event": "x happened", "site": SITE, "client": {"id": 12}}, [SEVERAL]),
    Shape(
        "ticket with its user",
        {"event": "ticket user changed", "object_id": 9, "ticket": {"id": 9}, "user": {"id": 5}},
        [("opportunities", 9)],
    ),
    # An object instead of the entity's name.
    Shape("entity as an object", {"event": "client updated", "entity": {"id": 12, "name": "Acme"}}, JUST_CLIENT),
    Shape("object as an object", {"event": "client updated", "object": {"ID": "12", "use": "client"}}, JUST_CLIENT),
    Shape("object with its type", {"event": "updated", "object": {"type": "Client", "id": 12}}, JUST_CLIENT),
    Shape("entity by name", {"event": "updated", "entity": "Client", "object_id": 12}, JUST_CLIENT),
    Shape("event as an object", {"event": {"name": "client updated"}, "object_id": 12}, JUST_CLIENT),
    Shape("in data", plain({"data": CLIENT}), JUST_CLIENT),
    Shape("in body, beside a proxy's headers", plain({"headers": {"host": "x"}, "body": CLIENT}), JUST_CLIENT),
    Shape("in body, as text", plain({"body": json.dumps(CLIENT)}), JUST_CLIENT),
    Shape("all of it as text", plain(json.dumps(CLIENT)), JUST_CLIENT),
    Shape("record in data", {"event": "client updated", "data": {"client": {"id": 12}, "site": SITE}}, JUST_CLIENT),
    # Custom payloads.
    Shape("client_id", {"event": "client updated", "client_id": 12}, JUST_CLIENT),
    Shape("client_id alone", plain({"client_id": 12, "name": "Acme Contract Services"}), JUST_CLIENT),
    Shape("site with its client_id", {"event": "site updated", "site_id": 33, "client_id": 12}, [("sites", 33)]),
    Shape("site with only its client_id", {"event": "site updated", "client_id": 12}, [NO_ID]),
    Shape("a nameless record of a client", plain({"id": 33, "name": "Main", "client_id": 12}), [NO_SUBJECT]),
    Shape("site_id and client_id", plain({"site_id": 33, "client_id": 12}), [SEVERAL]),
    Shape("a flat record with its use", plain({"id": 12, "name": "Acme", "use": "area"}), JUST_CLIENT),
    Shape("the client as a number", {"event": "client updated", "client": "12"}, JUST_CLIENT),
    # Ids and keys.
    Shape("ids as text", {"event": "client updated", "object_id": "0012", "client": {"id": "12"}}, JUST_CLIENT),
    Shape("ids as fractions", {"event": "client updated", "object_id": 12.0, "client": {"id": "12.0"}}, JUST_CLIENT),
    Shape("keys in capitals", plain({"EVENT": "CLIENT UPDATED", "OBJECT_ID": 12, "CLIENT": {"ID": 12}}), JUST_CLIENT),
    Shape("camel case", plain({"eventName": "ClientUpdated", "objectId": 12}), JUST_CLIENT),
    Shape("a key twice", b'{"event": "client updated", "object_id": 1, "object_id": 12}', JUST_CLIENT),
    Shape("null for the object", {"event": "client updated", "object_id": 12, "client": None}, JUST_CLIENT),
    Shape("null for all", {"event": None, "object_id": None, "client": None}, [NO_SUBJECT]),
    Shape("a number as an event", {"event": 76, "object_id": 12}, [NO_SUBJECT]),
    Shape("object_id against the object's", CLIENT | {"client": {"id": 13}}, [CONTRADICTION]),
    Shape("type against the event", CLIENT | {"entity": "site"}, [CONTRADICTION]),
    Shape("the id of what it is of", {"event": "site user added", "object_id": 33, "site": SITE}, [CONTRADICTION]),
    Shape(
        "only a message", {"event": "SLA breached", "message": "Late: Ticket ID: 0004242."}, [("opportunities", 4242)]
    ),
    # Names with several words for records.
    Shape("site user added", {"event": "site user added", "object_id": 101}, [("contacts", 101)]),
    Shape("client contract updated", {"event": "Client Contract Updated", "object_id": 7}, [("contracts", 7)]),
    Shape("added to", {"event": "New user added to site", "object_id": 101}, [("contacts", 101)]),
    Shape("by somebody", {"event": "Client updated by user", "object_id": 12}, JUST_CLIENT),
    Shape("sales opportunity", {"event": "sales_opportunity.won", "object_id": 5}, [("opportunities", 5)]),
    Shape("no record of ours", {"event": "invoice created", "object_id": 5, "client": {"id": 5}}, [NOT_A_RECORD]),
    Shape("invoice of a client", {"event": "client invoice created", "object_id": 5}, [NOT_A_RECORD]),
    Shape("an agent", {"event": "agent disabled", "object_id": 5}, [NOT_A_RECORD]),
    # Batches.
    Shape("array", plain([CLIENT, {"event": "site updated", "object_id": 33}]), [("clients", 12), ("sites", 33)]),
    Shape(
        "array in an array",
        plain([[CLIENT], [[{"event": "new asset", "object_id": 2}]]]),
        [("clients", 12), ("assets", 2)],
    ),
    Shape("events", plain({"events": [CLIENT, {}]}), [("clients", 12), NO_SUBJECT]),
    Shape(
        "objects of an event",
        {"event": "site updated", "objects": [{"object_id": 1}, {"site": {"id": 3}}]},
        [("sites", 1), ("sites", 3)],
    ),
    Shape("object_ids", {"event": "site updated", "object_ids": [1, "3"]}, [("sites", 1), ("sites", 3)]),
    Shape(
        "a plural",
        {"event": "clients updated", "clients": [{"id": 12}, {"id": 13}]},
        [("clients", 12), ("clients", 13)],
    ),
    Shape("plurals", plain({"clients": [{"id": 12}], "sites": [SITE]}), [("clients", 12), ("sites", 33)]),
    Shape(
        "a plural with linked ones",
        {"event": "clients updated", "clients": [{"id": 12}], "sites": [SITE]},
        JUST_CLIENT,
    ),
    Shape(
        "one after the other",
        plain(CLIENT) + b"\n" + plain({"event": "new site", "object_id": 3}),
        [("clients", 12), ("sites", 3)],
    ),
    # Alphabets, types, and what is around them.
    Shape("byte-order mark", b"\xef\xbb\xbf" + plain(CLIENT), JUST_CLIENT),
    Shape("UTF-16", json.dumps(CLIENT).encode("utf-16"), JUST_CLIENT, "application/json; charset=utf-16"),
    Shape("UTF-16 without a mark", json.dumps(CLIENT).encode("utf-16-le"), JUST_CLIENT),
    Shape("UTF-32", json.dumps(CLIENT).encode("utf-32"), JUST_CLIENT),
    Shape("text/json", plain(CLIENT), JUST_CLIENT, "text/json; charset=utf-8"),
    Shape("text/plain", plain(CLIENT), JUST_CLIENT, "text/plain"),
    Shape("no type", plain(CLIENT), JUST_CLIENT, ""),
    Shape(
        "Latin-1",
        '{"event": "client updated", "object_id": 12, "name": "Müller"}'.encode("latin-1"),
        JUST_CLIENT,
        "application/json; charset=ISO-8859-1",
    ),
    Shape("JSON called a form", plain(CLIENT), JUST_CLIENT, FORM),
    Shape(
        "a form with a payload",
        b"x=1&payload=%7B%22event%22%3A+%22client+updated%22%2C%22object_id%22%3A12%7D",
        JUST_CLIENT,
        FORM,
    ),
    Shape("a form", b"event=client+updated&object_id=12", JUST_CLIENT, FORM + "; charset=UTF-8"),
    Shape("half an emoji", b'{"event": "client updated", "name": "Acme \\ud83d", "object_id": 12}', JUST_CLIENT),
    Shape("a raw control character", b'{"x": "a\x01b\nc", "event": "client updated", "object_id": 12}', JUST_CLIENT),
    Shape("broken UTF-8", b'{"name": "\xff\xed\xa0\x80", "event": "client updated", "object_id": 12}', JUST_CLIENT),
    Shape("NaN", b'{"value": NaN, "event": "client updated", "object_id": 12}', JUST_CLIENT),
    Shape(
        "a large logo",
        {
            "event": "client updated",
            "client": {"logo": "data:image/png;base64," + "iVBOR" * 60_000, "id": 12},
            "object_id": 12,
        },
        JUST_CLIENT,
    ),
]
# Bodies that hold no event, with the reason.
REFUSED: Final = [
    *((b"", "It's empty"), (b" \n", "It's empty"), (b"{", "isn't JSON"), (b'{"event": "client upd', "isn't JSON")),
    *(
        (b'{"a" 1}', "isn't JSON"),
        (b"<event/>", "isn't JSON"),
        (b"[1, 2", "isn't JSON"),
        (b'{"event": }', "isn't JSON"),
    ),
    *((b"[" * 100_000, "isn't JSON"), (b"[" * 5_000 + b"]" * 5_000, "isn't JSON"), (b"\x1f\x8b\x08", "compressed")),
    *((b"null", "no event"), (b"7", "no event"), (b'"x"', "no event"), (b"[]", "no event"), (b"NaN", "no event")),
    *((b'{"events": []}', "no event"), (b"[1, 2]", "no event"), (b"[[[[[[[{}]]]]]]]", "no event")),
    *((b"[" + b"{}," * 1000 + b"{}]", "1,000 events"), (b"\xff\xfe\x00\xd8{", "isn't JSON")),
]
