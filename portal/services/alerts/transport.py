"""Sends one message through Apprise, behind the outbound guard."""

from __future__ import annotations

from apprise import Apprise, AppriseResultStatus, NotifyFormat, NotifyType

from portal import foreign_calls, guarded_requests, guarded_smtp, log
from portal.errors import Invalid
from portal.outbound import TransportFailure
from portal.services.alerts import channels, problems
from portal.vault import Secret

logger = log.get("portal.alerts")


def send(address: Secret, title: str, body: str, tone: NotifyType) -> str:
    """Send a message. Returns why it did not arrive, in words for people; empty if the service accepted it."""
    guarded_requests.install()
    guarded_smtp.install()
    try:
        # Looked at again, because the operator may have stopped allowing a host since.
        channel = channels.opened(address)
    except Invalid as error:
        return f"{error.problem} {error.remedy}".strip()
    sender = Apprise(asset=channels.ASSET)
    sender.add(channel.service)
    with foreign_calls.noticed() as outcome:
        result = sender.notify(title=title, body=body, notify_type=tone, body_format=NotifyFormat.TEXT)
    if result.status == AppriseResultStatus.SUCCESS:
        return ""
    if result.status == AppriseResultStatus.TIMEOUT:
        outcome.failure = TransportFailure.TIMED_OUT
    # The page gives one sentence for several causes; the operator needs to know which.
    logger.warning(
        "An alert was not delivered", service=channel.label, cause=outcome.failure and outcome.failure.value
    )
    return problems.explain(channel.label, outcome)
