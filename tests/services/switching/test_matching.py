"""Which clients of one PSA are sure, likely or no counterparts of those of another."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.services.switching import names
from portal.services.switching.matching import Client, Match, Verdict, match

ACME = Client(1, "Acme Ltd", ("acme.example",), ("201234567",))


def verdict(theirs: Client, ours: Client = ACME) -> tuple[Verdict, str]:
    found = match([ours], [theirs])[ours.remote_id]
    return found.verdict, found.suggestions[0].why if found.suggestions else ""


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (Client(9, "ACME Limited", ("acme.example",)), (Verdict.SURE, "Same name, same domain")),
        (Client(9, "Acme, Inc.", (), ("201234567",)), (Verdict.SURE, "Same name, same phone")),
        (Client(9, "acme LTD"), (Verdict.SURE, "Same name")),
        (
            Client(9, "Acmee", ("acme.example",), ("201234567",)),
            (Verdict.SURE, "Similar name, same domain, same phone"),
        ),
        (Client(9, "Acme GmbH"), (Verdict.LIKELY, "Same name")),
        (Client(9, "Acme Ltd", ("acme.org.example",)), (Verdict.LIKELY, "Same name, but different domains")),
        (Client(9, "Zebra", ("acme.example",)), (Verdict.LIKELY, "Same domain")),
        (Client(9, "Zebra", ("acme.example",), ("201234567",)), (Verdict.LIKELY, "Same domain, same phone")),
        (Client(9, "Acme Solicitors"), (Verdict.LIKELY, "Similar name")),
        (Client(9, "Zebra", ("zebra.example",), ("207654321",)), (Verdict.NONE, "")),
        (Client(9, ""), (Verdict.NONE, "")),
        (Client(9, "Acme 2"), (Verdict.NONE, "")),
    ],
)
def test_the_signs_decide(theirs: Client, expected: tuple[Verdict, str]) -> None:
    assert verdict(theirs) == expected


def test_a_name_that_two_have_is_not_sure() -> None:
    found = match([Client(1, "Smith Ltd")], [Client(8, "Smith Ltd"), Client(9, "SMITH LTD")])
    assert found[1].verdict is Verdict.LIKELY
    assert [each.remote_id for each in found[1].suggestions] == [8, 9]


def test_two_that_claim_the_same_counterpart_are_both_only_likely() -> None:
    theirs = [Client(9, "Acme Ltd", ("acme.example",))]
    found = match([ACME, Client(2, "Acme LLC", ("acme.example",))], theirs)
    assert {each.verdict for each in found.values()} == {Verdict.LIKELY}


def test_a_domain_that_many_share_says_nothing() -> None:
    ours = [Client(number, f"Client {chr(64 + number)}xyz", ("landlord.example",)) for number in range(1, 6)]
    found = match(ours, [Client(9, "Zebra", ("landlord.example",))])
    assert {each.verdict for each in found.values()} == {Verdict.NONE}


def test_a_rejected_counterpart_is_not_suggested_again() -> None:
    assert match([ACME], [Client(9, "Acme Ltd")], {1: [9]}) == {1: Match(Verdict.NONE)}


def test_much_weaker_suggestions_are_left_out() -> None:
    theirs = [Client(8, "Acme GmbH"), Client(9, "Acme Solicitors"), Client(7, "Zebra", ACME.domains, ACME.phones)]
    found = match([ACME], theirs)[1]
    assert [each.remote_id for each in found.suggestions] == [7, 8, 9]
    assert [
        each.remote_id for each in match([ACME], [*theirs, Client(6, "Acme BV", ACME.domains)])[1].suggestions
    ] == [6]


def test_nothing_matches_nothing() -> None:
    assert match([], [ACME]) == {}
    assert match([ACME], []) == {1: Match(Verdict.NONE)}
    assert verdict(Client(9, "!!!"), Client(1, "???")) == (Verdict.NONE, "")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Müller & Söhne GmbH", "MULLER AND SOHNE"),
        ("O'Brien, L.L.C.", "OBrien"),
        ("The Café Group", "Cafe"),
        ("Limited", "limited"),
    ],
)
def test_names_are_compared_without_case_accents_and_legal_forms(one: str, two: str) -> None:
    assert names.parse(one).core == names.parse(two).core


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://www.Acme.example/contact", "acme.example"),
        ("acme.example", "acme.example"),
        ("ada@Acme.Example", "acme.example"),
        ("somebody@gmail.com", ""),
        ("https://[broken", ""),
        ("", ""),
    ],
)
def test_a_domain_is_taken_from_whatever_was_entered(text: str, expected: str) -> None:
    assert names.domain(text) == expected


@pytest.mark.parametrize(
    "text", ["+44 20 1234 5678", "020 1234 5678 ext. 12", "0044 (0)20-1234-5678", "20 1234 5678 x9"]
)
def test_a_phone_number_is_the_same_however_it_is_written(text: str) -> None:
    assert names.phone(text) == names.phone("2012345678")


def test_ten_thousand_clients_on_either_side_take_seconds() -> None:
    words = ["north", "south", "bright", "stone", "river", "cloud", "field", "harbor", "summit", "oak"]
    ours = [Client(n, f"{words[n % 10]} {words[n // 10 % 10]} {n} Ltd", (f"c{n}.example",)) for n in range(10_000)]
    theirs = [Client(n, f"{words[n % 10]} {words[n // 10 % 10]} {n} Inc", (f"c{n}.example",)) for n in range(10_000)]
    begun = time.process_time()
    found = match(ours, theirs)
    assert all(each.verdict is Verdict.SURE and each.suggestions[0].remote_id == n for n, each in found.items())
    assert time.process_time() - begun < 30


TEXT = st.text(max_size=30)
CLIENTS = st.lists(
    st.builds(
        Client,
        st.integers(1, 50),
        TEXT,
        st.lists(st.sampled_from(["a.example", "b.example"]), max_size=2).map(tuple),
        st.lists(st.sampled_from(["1234567", "7654321"]), max_size=1).map(tuple),
    ),
    max_size=8,
    unique_by=lambda each: each.remote_id,
)


@given(CLIENTS, CLIENTS)
def test_whatever_the_clients_each_has_a_verdict_and_no_counterpart_is_sure_twice(
    ours: list[Client], theirs: list[Client]
) -> None:
    found = match(ours, theirs)
    assert found.keys() == {each.remote_id for each in ours}
    sure = [each.suggestions[0].remote_id for each in found.values() if each.verdict is Verdict.SURE]
    assert len(sure) == len(set(sure))
    assert all(bool(each.suggestions) == (each.verdict is not Verdict.NONE) for each in found.values())
