"""What the wizard's steps share: their blueprint, which of them are open, and how one is shown."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.errors import Conflict, NotFound
from portal.models.integrations import Integration, WizardStep
from portal.routes.web import answers, current
from portal.services.connecting import wizard

bp = Blueprint("setup", __name__, url_prefix="/integrations/<psa:psa>/setup")


class StepClosed(Conflict):
    """The steps before the requested one are not done; `furthest` is the last open step."""

    def __init__(self, furthest: WizardStep) -> None:
        if furthest is WizardStep.CONNECT:
            super().__init__("Test the connection first. The next steps open when the test passes.")
        else:
            super().__init__(f"Finish “{titles()[furthest]}” first.")
        self.furthest = furthest


def titles() -> dict[WizardStep, str]:
    return {
        WizardStep.CONNECT: f"Connect to {current.psa().label}",
        WizardStep.DATA: "Select data to sync",
        WizardStep.WEBHOOKS: "Configure webhooks",
        WizardStep.REVIEW: "Review & start",
    }


@bp.get("/")
def resume() -> ResponseReturnValue:
    """Continue where the set-up was left: at the furthest open step."""
    return go_to(wizard.open_steps(draft(WizardStep.CONNECT))[-1])


def draft(step: WizardStep) -> Integration:
    """Return the account's draft if `step` is open. Raises NotFound to support people if there is no draft yet.

    Stores nothing: saving the first step does.
    """
    account, psa = current.account(), current.psa()
    is_admin = current.user().is_admin
    integration = wizard.peek(account, psa.slug) if is_admin else wizard.find_draft(account, psa.slug)
    if integration is None:
        raise NotFound(f"{psa.label} isn't set up yet.", "Ask an admin of your account to set it up.")
    open_steps = wizard.open_steps(integration)
    if step not in open_steps:
        raise StepClosed(open_steps[-1])
    return integration


def show(step: WizardStep, integration: Integration, status: int = 200, **context: Any) -> Response:
    return answers.show(
        "wizard/page.html",
        "wizard/_wizard.html",
        status,
        step=step,
        titles=titles(),
        open_steps=wizard.open_steps(integration),
        integration=integration,
        **context,
    )


def go_to(step: WizardStep) -> ResponseReturnValue:
    return redirect(url_for(f"setup.{step}.index"), 303)


@bp.errorhandler(StepClosed)
def step_closed(error: StepClosed) -> ResponseReturnValue:
    flash(error.problem, "warning")
    return go_to(error.furthest)


@bp.errorhandler(Conflict)
def already_connected(error: Conflict) -> ResponseReturnValue:
    """Send people who return to a finished wizard to the dashboard."""
    flash(error.problem, "info")
    return answers.redirect_window(url_for("data_sync.index"))
