"""Two-factor authentication: setting up an app, making recovery codes, switching it off."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import auth_required
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from portal.errors import Invalid
from portal.models.accounts import User
from portal.routes.web import current
from portal.routes.web.forms import PlainForm, PortalForm
from portal.services.accounts import recovery_codes, totp, two_factor
from portal.services.accounts.two_factor import Setup, SetupOver

bp = Blueprint("two_factor", __name__, url_prefix="/two-factor")

# Flask-Security removes this key at every log-in and log-out.
SETUP: Final = "tf_totp_secret"


# Without the password, nobody can set up an app or make codes in a browser that was left open.
recently_confirmed = auth_required(
    "session",
    within=lambda: current_app.config["SECURITY_FRESHNESS"],
    grace=lambda: current_app.config["SECURITY_FRESHNESS_GRACE_PERIOD"],
)


class CodeForm(PortalForm):
    """The first code of a new app. `setup` identifies the set-up that the page belongs to."""

    setup = HiddenField()
    code = StringField("Code", [DataRequired(two_factor.SIX_DIGITS)])


@bp.get("")
def index() -> str:
    person = current.user()
    found, stock = two_factor.authenticator(person), recovery_codes.codes_left(person)
    return render_template("two_factor/index.html", authenticator=found, stock=stock, form=PlainForm())


@bp.post("")
@recently_confirmed
def begin() -> ResponseReturnValue:
    """Make a new key each time the button is pressed. Reloading the page keeps the key."""
    session[SETUP] = two_factor.begin(current.user()).as_dict()
    return redirect(url_for("two_factor.authenticator"), 303)


@bp.get("/authenticator")
@recently_confirmed
def authenticator() -> ResponseReturnValue:
    if SETUP not in session:
        return redirect(url_for("two_factor.index"))
    try:
        setup = two_factor.resume(session.get(SETUP))
        return _show_key(setup, CodeForm(formdata=None, data={"setup": setup.mark}))
    except SetupOver as over:
        return _start_again(over)


@bp.post("/authenticator")
@recently_confirmed
def finish() -> ResponseReturnValue:
    """Switch on with the first right code. A wrong one keeps the key on the page."""
    form = CodeForm()
    try:
        setup = two_factor.resume(session.get(SETUP))
        if form.setup.data != setup.mark:
            raise SetupOver
        return _finished(setup, form) if form.validate() else _show_key(setup, form, 422)
    except SetupOver as over:
        return _start_again(over)


@bp.post("/authenticator/cancel")
def cancel() -> ResponseReturnValue:
    session.pop(SETUP, None)
    return redirect(url_for("two_factor.index"), 303)


@bp.get("/recovery-codes")
def ask_for_codes() -> ResponseReturnValue:
    person = current.user()
    if two_factor.authenticator(person) is None:
        return redirect(url_for("two_factor.index"))
    return render_template(
        "two_factor/recovery_codes.html", stock=recovery_codes.codes_left(person), form=PlainForm()
    )


@bp.post("/recovery-codes")
@recently_confirmed
def make_codes() -> str:
    return _show_codes_once(recovery_codes.make(current.user()))


@bp.route("/off", methods=["GET", "POST"])
def switch_off() -> ResponseReturnValue:
    """Ask for the password even if it was typed recently: an open browser must not be enough."""
    person = current.user()
    if two_factor.authenticator(person) is None:
        return redirect(url_for("two_factor.index"), 303)
    form = _password_form(person)
    if not form.is_submitted():
        return render_template("two_factor/off.html", form=form)
    if not form.validate():
        return make_response(render_template("two_factor/off.html", form=form), 422)
    two_factor.switch_off(person)
    flash("Two-factor authentication is off.", "success")
    return redirect(url_for("two_factor.index"), 303)


def _password_form(person: User) -> Any:
    """Make the form that checks the password and counts the attempt."""
    return current_app.extensions["security"].forms["verify_form"].cls(user=person)


def _finished(setup: Setup, form: CodeForm) -> ResponseReturnValue:
    try:
        codes = two_factor.finish(current.user(), setup, form.code.data)
    except Invalid as error:
        form.add_error(error)
        return _show_key(setup, form, 422)
    session.pop(SETUP)
    if codes:
        return _show_codes_once(codes, is_new=True)
    flash("Your new authenticator app is set up. The old one no longer works.", "success")
    return redirect(url_for("two_factor.index"), 303)


def _show_codes_once(codes: list[str], *, is_new: bool = False) -> str:
    """Render the codes. No other page can show them again."""
    heading = f"Scopable recovery codes for {current.user().email}. Each code works once."
    text = "\r\n".join([heading, "", *codes, ""])
    return render_template("two_factor/codes.html", codes=codes, text=text, is_new=is_new)


def _show_key(setup: Setup, form: CodeForm, status: int = 200) -> Response:
    person = current.user()
    key = setup.key_for(person)
    address = totp.uri(key, person.email)
    draw: Any = current_app.extensions["security"].totp_factory.generate_qrcode
    shown = {"qr_code": draw(person.email, address), "address": address, "key": totp.pretty(key)}
    page = render_template(
        "two_factor/authenticator.html", form=form, is_replacing=setup.replaces is not None, **shown
    )
    return make_response(page, status)


def _start_again(over: SetupOver) -> ResponseReturnValue:
    flash(f"{over.problem} {over.remedy}", "warning")
    return redirect(url_for("two_factor.index"), 303)
