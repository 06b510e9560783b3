"""Only one PSA of an account is active. The database enforces it; this module explains it."""

from __future__ import annotations

from portal.errors import OtherPsaActive
from portal.models.accounts import Account
from portal.models.integrations import ACTIVE_STATES, Integration
from portal.psa.registry import NAMES


def other_active(account: Account, psa: str) -> Integration | None:
    """Return the account's active integration with another PSA, if there is one."""
    other: Integration | None = Integration.get_or_none(
        Integration.account == account, Integration.psa != psa, Integration.state.in_(ACTIVE_STATES)
    )
    return other


def refusal(psa: str, other: str) -> OtherPsaActive:
    """Explain, in the guide's words, that `psa` cannot be activated while `other` is active."""
    ours, theirs = NAMES[psa], NAMES[other].name
    return OtherPsaActive(
        f"Cannot activate {ours.label.upper()}: {theirs} integration is already active",
        f"Only one PSA can be connected at a time. Disconnect {theirs} first, then connect {ours.name}.",
    )


def refuse_beside_other(account: Account, psa: str) -> None:
    """Raise OtherPsaActive while another PSA of the account is active."""
    if (other := other_active(account, psa)) is not None:
        raise refusal(psa, other.psa)
