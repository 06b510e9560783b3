"""Whatever a page can change stands in the audit log, with the person, their address and their session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal import clock
from portal.models.accounts import User
from portal.models.audit import AuditEntry
from portal.models.hand_exclusions import HandExclusion
from portal.models.integrations import Integration
from portal.models.issues import Issue
from portal.models.records import RecordState
from portal.models.support_access import SupportAccess
from portal.models.sync import RunState
from portal.routes.web import audit_origin
from portal.services.accounts import support_access
from portal.services.audit import audit_words
from portal.services.syncing import filter_changes
from portal.sync.filters import Filters
from tests.copies import copied, held
from tests.routes.conftest import SECRET, make_run
from tests.routes.test_deliveries import settled
from tests.routes.test_schedule import EVERY, LIMIT
from tests.telling import about, tell

HALO: Final = "/integrations/halo"
TAB: Final = f"{HALO}/configuration"
SETUP: Final = f"{HALO}/setup"
HERE: Final = {"REMOTE_ADDR": "192.0.2.7"}


def failed_delivery(halo: Integration) -> None:
    tell(halo, about("assets", 7))
    settled(state="stuck")


def running(halo: Integration) -> None:
    make_run(halo, RunState.RUNNING)


def paused(halo: Integration) -> None:
    Integration.update(paused_at=clock.now()).execute()


def hold(halo: Integration) -> None:
    copied(halo, range(1, 41))
    held(halo, range(1, 31))


def old_secret(halo: Integration) -> None:
    Integration.update(webhook_old_secret=halo.webhook_secret).execute()


def log(halo: Integration) -> None:
    make_run(halo, RunState.SUCCEEDED)


def copy(halo: Integration) -> None:
    copied(halo, [1])


def excluded_copy(halo: Integration) -> None:
    copied(halo, [1], state=RecordState.OUT_OF_SCOPE)
    HandExclusion.create(integration=halo, record_type="assets", remote_id=1, by="Alice", why="Test")


def disconnected_copy(halo: Integration) -> None:
    copied(halo, [1])
    Integration.update(state="disconnected", disconnected_at=clock.now()).execute()


def support_link(halo: Integration) -> None:
    _, access = support_access.grant(halo.account, User.get(), 1)
    SupportAccess.update(uid="link").where(SupportAccess.id == access.id).execute()


def issue(halo: Integration) -> None:
    Issue.create(integration=halo, kind="sync_failed", severity="error", problem="The last sync failed.")


def nothing(halo: Integration) -> None:
    pass


def refiltered(halo: Integration) -> None:
    filter_changes.change(halo, ["clients"], Filters(), None)


# For each endpoint: what it writes, its address, what is sent, and what must be there before.
Deed = tuple[str, str, dict[str, Any], Callable[[Integration], None]]
DEEDS: Final[dict[str, Deed]] = {
    "data_sync.start": ("sync.started", f"{HALO}/sync", {}, nothing),
    "data_sync.cancel": ("sync.cancelled", f"{HALO}/sync/cancel", {}, running),
    "data_sync.pause": ("integration.paused", f"{HALO}/sync/pause", {}, nothing),
    "data_sync.resume": ("integration.resumed", f"{HALO}/sync/resume", {}, paused),
    "held_deletes.approve": ("hold.deleted", f"{HALO}/held/1/delete", {}, hold),
    "held_deletes.keep": ("hold.kept", f"{HALO}/held/1/keep", {}, hold),
    "records.sync": ("sync.started", f"{HALO}/records/assets/1/sync", {}, copy),
    "record_exclusion.exclude": ("record.excluded", f"{HALO}/records/assets/1/exclude", {"why": "Test"}, copy),
    "record_exclusion.include": ("record.included", f"{HALO}/records/assets/1/include", {}, excluded_copy),
    "issues.snooze": ("issue.snoozed", "/issues/1/snooze", {"for": "day"}, issue),
    "issues.dismiss": ("issue.dismissed", "/issues/1/dismiss", {"reason": "Known."}, issue),
    "issues.reopen": ("issue.reopened", "/issues/1/reopen", {}, issue),
    "issues.retry": ("issue.retried", "/issues/1/retry", {}, issue),
    "sync_filters.change": (
        "integration.data_changed",
        f"{HALO}/filters",
        {"record_types": ["clients"], "latest": "0"},
        nothing,
    ),
    "filter_history.undo_now": ("integration.data_changed", f"{HALO}/filters/undo", {"latest": "2"}, refiltered),
    "filter_history.restore": ("integration.data_changed", f"{HALO}/filters/history/1", {"latest": "2"}, refiltered),
    "deliveries.replay_all": ("delivery.replayed", f"{HALO}/deliveries/replay", {"failed": "1"}, failed_delivery),
    "deliveries.replay": ("delivery.replayed", f"{HALO}/deliveries/1/replay", {}, failed_delivery),
    "configuration.connection.test_again": ("integration.tested", f"{TAB}/test", {}, nothing),
    "configuration.credentials.replace_secret": (
        "integration.secret_replaced",
        f"{TAB}/credentials",
        {"client_secret": SECRET},
        nothing,
    ),
    "configuration.schedule.change": ("integration.rescheduled", f"{TAB}/schedule", EVERY, nothing),
    "configuration.rate_limit.change": ("integration.limited", f"{TAB}/limit", LIMIT, nothing),
    "configuration.webhook.change_login": (
        "webhook.login_changed",
        f"{TAB}/webhook/login",
        {"webhook_login": "bearer", "webhook_header": "X-Token"},
        nothing,
    ),
    "configuration.webhook.make_secret": ("webhook.secret_made", f"{TAB}/webhook/secret", {}, nothing),
    "configuration.webhook.drop_old_secret": ("webhook.secret_dropped", f"{TAB}/webhook/secret/drop", {}, old_secret),
    "configuration.webhook.stop_using": ("webhook.unused", f"{TAB}/webhook/unused", {}, failed_delivery),
    "configuration.disconnect.disconnect": (
        "integration.disconnected",
        f"{TAB}/disconnect",
        {"records": "keep"},
        nothing,
    ),
    "support.access.grant": ("support_access.granted", "/support/access", {"days": "3"}, nothing),
    "support.access.revoke": ("support_access.revoked", "/support/access/link/revoke", {}, support_link),
    "support.bundle.download": ("bundle.made", "/support/bundle.zip", {}, nothing),
    "kept_records.delete": ("records.deleted", f"{HALO}/records/delete", {}, disconnected_copy),
}
# Shown in test_pairing.py: these need two PSAs.
PAIRING: Final = {
    "pairing.read": "pairing.read",
    "pairing.accept_sure": "pairing.accepted",
    "pairing.client.decide_with": "pairing.paired",
    "pairing.client.decide_alone": "pairing.undone",
}
# Shown in test_alerts.py: these need a destination.
ALERTS: Final = {
    "alerts.adding.add": "alerts.added",
    "alerts.change": "alerts.changed",
    "alerts.replacing.replace": "alerts.address_replaced",
    "alerts.test": "alerts.tested",
    "alerts.pause": "alerts.paused",
    "alerts.resume": "alerts.resumed",
    "alerts.delete": "alerts.deleted",
}
PAIRING_FILES: Final = {"pairing.pairs_file": "pairing.exported", "pairing.unpaired_file": "pairing.exported"}
# Downloads: nothing changes, but something leaves the portal.
DOWNLOADS: Final[dict[str, Deed]] = {
    "sync_logs.lines.export": ("log.exported", f"{HALO}/logs/lines/export.csv", {}, nothing),
    "sync_logs.download": ("log.downloaded", f"{HALO}/logs/1.csv", {}, log),
    "records.download": ("records.exported", f"{HALO}/records/assets/export.csv", {}, copy),
    "all_records.download_failed": ("records.exported", f"{HALO}/records/failed.csv", {}, copy),
    "records.payload": ("record.downloaded", f"{HALO}/records/assets/1/payload.json", {}, copy),
    "activity.export_lines": ("activity.exported", "/activity.jsonl", {}, nothing),
    "activity.export": ("activity.exported", "/activity.csv", {}, nothing),
}
# Walked through in test_the_wizard_from_start_to_end.
WIZARD: Final = {
    "setup.connect.save": "integration.setup_saved",
    "setup.connect.test": "integration.tested",
    "setup.data.choose": "integration.data_chosen",
    "setup.webhooks.finish": "integration.webhooks_chosen",
    "setup.review.start": "integration.connected",
}
# Shown in test_audit_log_ins.py, test_two_factor.py and test_support_access.py.
LOG_IN: Final = {
    "security.login": "login.succeeded",
    "security.logout": "logout",
    "support_access.enter": "support_access.used",
    "security.two_factor_token_validation": "login.succeeded",
    "security.mf_recovery": "recovery_code.used",
    "security.change_password": "password.changed",
    "two_factor.finish": "two_factor.on",
    "two_factor.make_codes": "recovery_codes.made",
    "two_factor.switch_off": "two_factor.off",
}
SILENT: Final = {
    "security.verify": "confirms who is there; a wrong password is counted",
    "security.two_factor_rescue": "leads to the form for recovery codes",
    "security.tf_select": "leads to the form for codes",
    "security.two_factor_setup": "replaced by the two-factor page",
    "security.two_factor_setup_validate": "replaced by the two-factor page",
    "security.mf_recovery_codes": "replaced by the two-factor page",
    "two_factor.begin": "shows a key that is not in use yet",
    "two_factor.cancel": "forgets a key that was never in use",
    "sync_filters.preview": "counts what a change would do",
    "filter_history.preview": "counts what going back would do",
    "setup.connect.addresses": "looks addresses up; stores nothing",
}
# Sessions that are ended from the list of sessions: services/accounts/sessions.py writes session.ended and the like.
SESSIONS: Final = "sessions."


def test_everything_that_changes_something_has_an_action(app: Flask) -> None:
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or set())}
    known = DEEDS.keys() | PAIRING.keys() | ALERTS.keys() | WIZARD.keys() | LOG_IN.keys() | SILENT.keys()
    missing = [
        f'    "{endpoint}": ("action", "/address", {{}}, nothing),  # or to SILENT, with the reason'
        for endpoint in sorted(posts - known)
        if not endpoint.startswith(SESSIONS)
    ]
    assert not missing, "add to DEEDS:\n" + "\n".join(missing)
    assert known <= posts


def test_every_file_that_leaves_has_an_action(app: Flask) -> None:
    endings = (".csv", ".json", ".jsonl", ".zip", "form>")
    files = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.endswith(endings)}
    assert files <= DEEDS.keys() | DOWNLOADS.keys() | PAIRING_FILES.keys(), "add these to DOWNLOADS"


@pytest.mark.parametrize("endpoint", [*DEEDS, *DOWNLOADS])
def test_a_change_is_written_down_once_with_where_it_came_from(
    as_alice: FlaskClient, alice: User, halo: Integration, endpoint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_origin, "session_number", lambda: 7)
    action, address, form, before = (DEEDS | DOWNLOADS)[endpoint]
    before(halo)
    last = AuditEntry.select().count()
    method = "POST" if endpoint in DEEDS else "GET"
    answer = as_alice.open(address, method=method, data=form or None, environ_base=HERE)
    assert answer.status_code in (200, 303, 302), answer.text
    answer.close()
    found = [one for one in list(AuditEntry.select().order_by(AuditEntry.id))[last:] if one.action == action]
    (entry,) = found
    assert (entry.account, entry.user, entry.actor) == (alice.account, alice, alice.email)
    assert (entry.address, entry.session, entry.count) == (HERE["REMOTE_ADDR"], 7, 1)
    assert SECRET not in entry.detail


def test_the_wizard_from_start_to_end(as_alice: FlaskClient, alice: User, typed: dict[str, str]) -> None:
    as_alice.get(f"{SETUP}/connect")
    as_alice.post(f"{SETUP}/connect", data=typed)
    as_alice.post(f"{SETUP}/connect/test", data=typed)
    as_alice.post(f"{SETUP}/data", data={"record_types": ["clients"]})
    as_alice.post(f"{SETUP}/webhooks", data={"skip": "1"})
    as_alice.post(f"{SETUP}/review")
    entries = list(AuditEntry.select().order_by(AuditEntry.id))
    actions = {one.action for one in entries}
    assert {"integration.setup_started", "sync.started", *WIZARD.values()} <= actions
    assert {one.actor for one in entries} == {alice.email}
    assert SECRET not in "".join(one.detail for one in entries)


def test_a_form_that_is_filled_in_wrongly_writes_nothing(as_alice: FlaskClient, halo: Integration) -> None:
    last = AuditEntry.select().count()
    for address, form in (
        (f"{HALO}/filters", {"record_types": ["tickets"]}),
        (f"{TAB}/schedule", {"rhythm": "never"}),
        (f"{TAB}/limit", {"share": "101"}),
        (f"{TAB}/webhook/login", {"webhook_login": "magic"}),
        (f"{HALO}/deliveries/replay", {"since": "yesterday"}),
    ):
        assert as_alice.post(address, data=form).status_code == 422
    assert AuditEntry.select().count() == last


def test_all_of_these_have_words() -> None:
    written = {action[0] for action in [*DEEDS.values(), *DOWNLOADS.values()]}
    written |= {*WIZARD.values(), *LOG_IN.values(), *ALERTS.values(), *PAIRING.values(), *PAIRING_FILES.values()}
    assert written <= audit_words.ACTIONS.keys()
