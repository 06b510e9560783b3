"""The signature of a callback."""

from __future__ import annotations

import pytest

from portal.connectwise.webhooks import FORMAT
from portal.psa.webhooks import WebhookAuthentication, WebhookCall
from tests.connectwise.webhooks.callbacks import callback, signature

NOBODY = WebhookAuthentication("basic", "", "")


def expected(key: str, body: bytes) -> str:
    return FORMAT.expected_proof(NOBODY, key, body)


def test_the_signature_is_that_of_the_reference() -> None:
    body = b'{"Action":"updated","Type":"contact","ID":57961}'
    assert expected("test-signing-key", body) == "6jYybVuSj1KWz/KBstLR8OmxHBR0grhEke9K/wX8gX8="


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\x00", b"x" * 2_000_000, "é".encode()])
def test_it_is_of_the_raw_body_whatever_that_is(body: bytes) -> None:
    assert expected("k", body) == signature(body, "k")
    assert expected("k", body) != expected("k", body + b" ")


@pytest.mark.parametrize("key", ["", "é", "\ud83d", "k" * 4_000])
def test_a_key_of_any_text_raises_nothing(key: str) -> None:
    assert expected(key, callback("")) != expected("k", callback(""))


@pytest.mark.parametrize(
    ("sent", "proof"), [({}, ""), ({"x-content-signature": " abc= \t"}, "abc="), ({"x-other": "abc"}, "")]
)
def test_the_proof_is_in_one_header(sent: dict[str, str], proof: str) -> None:
    assert FORMAT.proof(NOBODY, WebhookCall(lambda name: sent.get(name.lower(), ""), b"")) == proof
    assert "x-content-signature" in FORMAT.proof_headers
