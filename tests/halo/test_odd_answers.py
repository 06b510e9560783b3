"""Unusual lists: without their rows, or with invalid UTF-8."""

from __future__ import annotations

import pytest

from portal.halo import pages
from portal.halo.resources import RESOURCES
from portal.outbound import Response


def answer(body: bytes) -> Response:
    return Response(200, {"content-type": "application/json"}, body, 0.0)


@pytest.mark.parametrize("said", [b'"record_count":60', b'"page_no":1', b'"page_size":100', b'"Record_Count":0'])
def test_a_list_without_rows_is_empty_but_keeps_its_count(said: bytes) -> None:
    sent = pages.decode_list(answer(b"{" + said + b"}"), RESOURCES["sites"])
    assert (sent.rows, sent.total) == ([], {b'"record_count":60': 60, b'"Record_Count":0': 0}.get(said))


@pytest.mark.parametrize("record_type", RESOURCES)
@pytest.mark.parametrize("where", [b'"anything":"%s"', b'"deep":{"er":["%s"]}', b'"name":"%s","summary":"%s"'])
def test_invalid_utf_8_is_repaired_everywhere(where: bytes, record_type: str) -> None:
    resource = RESOURCES[record_type]
    row = b'{"id":7,' + where.replace(b"%s", b"Caf\xe9") + b"}"
    listed = pages.decode_list(answer(b'{"%s":[%s]}' % (resource.key.encode(), row)), resource)
    assert listed.is_repaired
    for payload in (bytes(listed.rows[0]), pages.single(answer(row), resource)):
        assert "Caf\N{REPLACEMENT CHARACTER}" in pages.row(record_type, payload).payload.decode()


@pytest.mark.parametrize(
    ("body", "number"),
    [
        (b'{"assets":[{"fields":[{"id":110}],"id":7,"name":""broken""}]}', 7),
        (b'{"assets":[{"id":"7","fields":[{"id":110}],"name":""broken""}]}', 7),
        (b'[{"note":"\\"id\\":5 }}}","id":7,"x":nope}]', 7),
        (b'{"assets":[{"name":""broken""}]}', None),
    ],
)
def test_an_unreadable_row_has_its_own_id_and_not_a_nested_one(body: bytes, number: int | None) -> None:
    assert pages.unreadable_row(body).remote_id == number
