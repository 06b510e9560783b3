"""Two spellings of one e-mail address are one address."""

from __future__ import annotations

import pytest

from portal import email_addresses

ADA = "ada@northwind.example"


@pytest.mark.parametrize(
    "spelled",
    [
        ADA,
        "Ada@Northwind.Example",
        "  ada@northwind.example\t",
        "\u00a0ada@northwind.example\u3000",
        "ada@ｎｏｒｔｈｗｉｎｄ.example",
        "ａｄａ@northwind.example",
        "ＡＤＡ＠ＮＯＲＴＨＷＩＮＤ．ＥＸＡＭＰＬＥ",
        "ada@northwind。example",
        "ada@northwind｡example",
        "a\u200bda@northwind.example",
        "ada@north\u00adwind.example",
        "\ufeffada@northwind.example\u200b",
        "ada\u2060@northwind.example",
        "a\ufe0fd\u034fa@northwind.example",
        "a\u115fd\u3164a@northwind.example",
        "𝐚𝐝𝐚@𝐧𝐨𝐫𝐭𝐡𝐰𝐢𝐧𝐝.example",
        "ⓐda@northwind.example",
        "\u202eada\u202c@northwind.example",
    ],
)
def test_every_spelling_has_the_same_normal_form(spelled: str) -> None:
    assert email_addresses.normal_form(spelled) == ADA


@pytest.mark.parametrize("spelled", ["ada@xn--strae-oqa.example", "ada@STRAßE.example", "ada@straße.example"])
def test_a_domain_in_another_script_has_one_form(spelled: str) -> None:
    assert email_addresses.normal_form(spelled) == "ada@straße.example"


def test_the_normal_form_of_a_normal_form_is_itself() -> None:
    for spelled in ("Straße@x.example", "İda@x.example", "ﬁn@x.example", "ªda@x.example", "Ωmega@x.example"):
        once = email_addresses.normal_form(spelled)
        assert email_addresses.normal_form(once) == once


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ada",
        "ada@",
        "@northwind.example",
        "a b@northwind.example",
        "ada@northwind",
        "ada@x.example\0",
        "x" * 10**6,
    ],
)
def test_an_invalid_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"e-?mail|@-sign"):
        email_addresses.normal_form(text)
