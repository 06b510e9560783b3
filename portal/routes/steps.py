"""Where a person stands in the wizard, and which steps are open to them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Conflict, NotFound, OtherPsaActive
from portal.models.integrations import Integration, WizardStep
from portal.psa.registry import adapter_of
from portal.routes import access, answers
from portal.services.connecting import wizard

bp = Blueprint("setup", __name__, url_prefix="/integrations/halo/setup")

TITLES = {
    WizardStep.CONNECT: "Connect to Halo PSA",
    WizardStep.DATA: "Select data to sync",
    WizardStep.WEBHOOKS: "Configure webhooks",
    WizardStep.REVIEW: "Review & start",
}


class StepClosed(Conflict):
    """A later step was asked for before the steps in front of it are done; names the furthest open one."""

    def __init__(self, furthest: WizardStep) -> None:
        if furthest is WizardStep.CONNECT:
            super().__init__("Test the connection first. The next steps open when the test passes.")
        else:
            super().__init__(f"Finish “{TITLES[furthest]}” first.")
        self.furthest = furthest


def draft(step: WizardStep) -> Integration:
    """Return the draft of the current account if `step` is open; support people only look at one that exists.

    Nothing is stored before the first step is saved.
    """
    account = access.account()
    integration = wizard.peek(account, "halo") if access.user().is_admin else wizard.find_draft(account, "halo")
    if integration is None:
        raise NotFound("Halo PSA isn't set up yet.", "Ask an admin of your account to set it up.")
    open_steps = wizard.open_steps(integration)
    if step not in open_steps:
        raise StepClosed(open_steps[-1])
    return integration


def show(step: WizardStep, integration: Integration, status: int = 200, **context: Any) -> Response:
    return answers.show(
        "setup/page.html",
        "setup/_wizard.html",
        status,
        step=step,
        titles=TITLES,
        open_steps=wizard.open_steps(integration),
        integration=integration,
        psa=adapter_of(integration.psa),
        **context,
    )


def go_to(step: WizardStep) -> ResponseReturnValue:
    return redirect(url_for(f"setup.{step}"), 303)


@bp.errorhandler(StepClosed)
def step_closed(error: StepClosed) -> ResponseReturnValue:
    flash(error.problem, "warning")
    return go_to(error.furthest)


@bp.errorhandler(Conflict)
def already_connected(error: Conflict) -> ResponseReturnValue:
    """Send people who come back to a finished wizard to what it made."""
    if isinstance(error, OtherPsaActive):
        flash(f"{error.problem}. {error.remedy}".replace("..", "."), "error")
        return answers.leave_for(url_for("integrations.index"))
    flash(error.problem, "info")
    return answers.leave_for(url_for("data_sync.index"))
