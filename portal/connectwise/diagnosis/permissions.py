"""Advice on the security role of the API member, if it may read its own rights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from portal.connectwise.diagnosis.messages import CORPORATE_LEVEL, ROLES
from portal.connectwise.my_security import Right
from portal.connectwise.resources import RESOURCES
from portal.psa.diagnosis import Advice

# The functions of a security role that the lists need: Company Maintenance, and so on.
FUNCTIONS: Final = tuple(dict.fromkeys(each.permission for each in RESOURCES.values()))


def advice(rights: Iterable[Right]) -> Iterator[Advice]:
    """Recommend improvements. Without `rights` there are none to recommend."""
    needed = {function: right for right in rights if (function := _function(right)) is not None}
    partial = [each for each in FUNCTIONS if each in needed and needed[each].is_partial]
    writable = [each for each in FUNCTIONS if each in needed and needed[each].can_write]
    if partial:
        yield Advice(
            f"Inquire is My instead of All on {', '.join(partial)}, so ConnectWise shows only the API member's own"
            " records.",
            CORPORATE_LEVEL,
        )
    if writable:
        yield Advice(
            f"The role of the API member can also write to {', '.join(writable)}. Scopable only reads.",
            f"In ConnectWise, open {ROLES}, choose the role, and set Add, Edit and Delete to None.",
        )


def _function(right: Right) -> str | None:
    return next((each for each in FUNCTIONS if right.is_called(each.rpartition(" > ")[2])), None)
