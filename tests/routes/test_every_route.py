"""Every route, asked by everybody. A route that is not in the table fails the test: decide who may use it first."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.models.integrations import Integration

LOGIN = "→ /login"
HOME = "→ /integrations"
SETUP = "→ /integrations/halo/setup"
FORM = "/integrations/halo/setup"
HALO = "/integrations/halo"
OWN = "→ /two-factor"
OK = "200"

# The account of Alice and Sam has connected Halo. Mallory's account has not; Halo is switched on for it.
# Endpoint and method: the address asked for, then what happens to nobody, to Mallory (an admin elsewhere), to Sam.
TABLE: dict[tuple[str, str], tuple[str, str, str, str]] = {
    ("home.index", "GET"): ("/", LOGIN, HOME, HOME),
    ("home.healthz", "GET"): ("/healthz", OK, OK, OK),
    ("static", "GET"): ("/static/css/theme.css", OK, OK, OK),
    ("security.static", "GET"): ("/fs-static/nothing", "404", "404", "404"),
    ("security.login", "GET"): ("/login", OK, HOME, HOME),
    ("security.login", "POST"): ("/login", OK, HOME, HOME),
    ("security.logout", "POST"): ("/logout", LOGIN, LOGIN, LOGIN),
    ("security.verify", "GET"): ("/verify", LOGIN, OK, OK),
    ("security.verify", "POST"): ("/verify", LOGIN, OK, OK),
    ("security.change_password", "GET"): ("/change", LOGIN, OK, OK),
    ("security.change_password", "POST"): ("/change", LOGIN, OK, OK),
    ("security.two_factor_setup", "GET"): ("/tf-setup", LOGIN, OWN, OWN),
    ("security.two_factor_setup", "POST"): ("/tf-setup", LOGIN, OWN, OWN),
    ("security.two_factor_setup_validate", "POST"): ("/tf-setup/nonsense", LOGIN, OWN, OWN),
    ("security.two_factor_token_validation", "GET"): ("/tf-validate", LOGIN, HOME, HOME),
    ("security.two_factor_token_validation", "POST"): ("/tf-validate", LOGIN, HOME, HOME),
    ("security.two_factor_rescue", "GET"): ("/tf-rescue", LOGIN, HOME, HOME),
    ("security.two_factor_rescue", "POST"): ("/tf-rescue", LOGIN, HOME, HOME),
    ("security.tf_select", "GET"): ("/tf-select", LOGIN, LOGIN, LOGIN),
    ("security.tf_select", "POST"): ("/tf-select", LOGIN, LOGIN, LOGIN),
    ("security.mf_recovery", "GET"): ("/mf-recovery", LOGIN, HOME, HOME),
    ("security.mf_recovery", "POST"): ("/mf-recovery", LOGIN, HOME, HOME),
    ("security.mf_recovery_codes", "GET"): ("/mf-recovery-codes", LOGIN, OWN, OWN),
    ("security.mf_recovery_codes", "POST"): ("/mf-recovery-codes", LOGIN, OWN, OWN),
    ("two_factor.index", "GET"): ("/two-factor", LOGIN, OK, OK),
    ("two_factor.begin", "POST"): ("/two-factor", LOGIN, f"{OWN}/authenticator", f"{OWN}/authenticator"),
    ("two_factor.authenticator", "GET"): ("/two-factor/authenticator", LOGIN, OWN, OWN),
    ("two_factor.finish", "POST"): ("/two-factor/authenticator", LOGIN, OWN, OWN),
    ("two_factor.cancel", "POST"): ("/two-factor/authenticator/cancel", LOGIN, OWN, OWN),
    ("two_factor.ask_for_codes", "GET"): ("/two-factor/recovery-codes", LOGIN, OWN, OWN),
    ("two_factor.make_codes", "POST"): ("/two-factor/recovery-codes", LOGIN, "409", "409"),
    ("two_factor.switch_off", "GET"): ("/two-factor/off", LOGIN, OWN, OWN),
    ("two_factor.switch_off", "POST"): ("/two-factor/off", LOGIN, OWN, OWN),
    ("integrations.index", "GET"): ("/integrations", LOGIN, OK, OK),
    ("comparison.index", "GET"): ("/integrations/compare", LOGIN, OK, OK),
    ("sessions.index", "GET"): ("/sessions", LOGIN, OK, OK),
    ("sessions.end", "POST"): ("/sessions/999999/end", LOGIN, "404", "404"),
    ("sessions.end_others", "POST"): ("/sessions/end-others", LOGIN, "→ /sessions", "→ /sessions"),
    ("why.index", "GET"): ("/why", LOGIN, "404", f"→ {HALO}/why"),
    ("why.answer", "GET"): (f"{HALO}/why", LOGIN, "404", OK),
    ("activity.index", "GET"): ("/activity", LOGIN, OK, OK),
    ("activity.export", "GET"): ("/activity.csv", LOGIN, OK, OK),
    ("alerts.index", "GET"): ("/alerts", LOGIN, OK, OK),
    ("alerts.adding.choose", "GET"): ("/alerts/add", LOGIN, "→ /alerts/add/mail", "→ /alerts/add/mail"),
    ("alerts.adding.form", "GET"): ("/alerts/add/slack", LOGIN, OK, OK),
    ("alerts.adding.add", "POST"): ("/alerts/add/slack", LOGIN, "422", "403"),
    ("alerts.show", "GET"): ("/alerts/1", LOGIN, "404", "404"),
    ("alerts.change", "POST"): ("/alerts/1", LOGIN, "404", "403"),
    ("alerts.replacing.choose", "GET"): ("/alerts/1/address", LOGIN, "404", "404"),
    ("alerts.replacing.form", "GET"): ("/alerts/1/address/slack", LOGIN, "404", "404"),
    ("alerts.replacing.replace", "POST"): ("/alerts/1/address/slack", LOGIN, "404", "403"),
    ("alerts.test", "POST"): ("/alerts/1/test", LOGIN, "404", "403"),
    ("alerts.pause", "POST"): ("/alerts/1/pause", LOGIN, "404", "403"),
    ("alerts.resume", "POST"): ("/alerts/1/resume", LOGIN, "404", "403"),
    ("alerts.confirm_delete", "GET"): ("/alerts/1/delete", LOGIN, "404", "404"),
    ("alerts.delete", "POST"): ("/alerts/1/delete", LOGIN, "404", "403"),
    ("support.index", "GET"): ("/support", LOGIN, OK, OK),
    ("support.access.grant", "POST"): ("/support/access", LOGIN, "422", "403"),
    ("support.access.revoke", "POST"): ("/support/access/1/revoke", LOGIN, "404", "403"),
    ("support.bundle.download", "POST"): ("/support/bundle.zip", LOGIN, OK, "403"),
    ("support_access.show", "GET"): ("/support-access/guessed", "404", "404", "404"),
    ("support_access.enter", "POST"): ("/support-access/guessed", "404", "404", "404"),
    ("issues.index", "GET"): ("/issues", LOGIN, OK, OK),
    ("issues.count", "GET"): ("/issues/count", LOGIN, "→ /issues", "→ /issues"),
    ("issues.show", "GET"): ("/issues/1", LOGIN, "404", "404"),
    ("issues.snooze", "POST"): ("/issues/1/snooze", LOGIN, "404", "403"),
    ("issues.dismiss", "POST"): ("/issues/1/dismiss", LOGIN, "404", "403"),
    ("issues.reopen", "POST"): ("/issues/1/reopen", LOGIN, "404", "403"),
    ("issues.retry", "POST"): ("/issues/1/retry", LOGIN, "404", "403"),
    ("setup.resume", "GET"): (f"{FORM}/", LOGIN, f"{SETUP}/connect", "404"),
    ("setup.connect.index", "GET"): (f"{FORM}/connect", LOGIN, OK, "404"),
    ("setup.connect.save", "POST"): (f"{FORM}/connect", LOGIN, "422", "403"),
    ("setup.connect.test", "POST"): (f"{FORM}/connect/test", LOGIN, "422", "403"),
    ("setup.connect.addresses", "POST"): (f"{FORM}/connect/addresses", LOGIN, "204", "403"),
    ("setup.data.index", "GET"): (f"{FORM}/data", LOGIN, f"{SETUP}/connect", "404"),
    ("setup.data.forecast", "GET"): (f"{FORM}/data/forecast", LOGIN, f"{SETUP}/connect", "404"),
    ("setup.data.choose", "POST"): (f"{FORM}/data", LOGIN, f"{SETUP}/connect", "403"),
    ("setup.webhooks.index", "GET"): (f"{FORM}/webhooks", LOGIN, f"{SETUP}/connect", "404"),
    ("setup.webhooks.delivery", "GET"): (f"{FORM}/webhooks/delivery", LOGIN, f"{SETUP}/connect", "404"),
    ("setup.webhooks.finish", "POST"): (f"{FORM}/webhooks", LOGIN, f"{SETUP}/connect", "403"),
    ("setup.review.index", "GET"): (f"{FORM}/review", LOGIN, f"{SETUP}/connect", "404"),
    ("setup.review.start", "POST"): (f"{FORM}/review", LOGIN, f"{SETUP}/connect", "403"),
    ("data_sync.dashboard_root", "GET"): (HALO, LOGIN, f"→ {HALO}/sync", f"→ {HALO}/sync"),
    ("data_sync.index", "GET"): (f"{HALO}/sync", LOGIN, "404", OK),
    ("data_sync.progress", "GET"): (f"{HALO}/sync/progress", LOGIN, "404", f"→ {HALO}/sync"),
    ("data_sync.history", "GET"): (f"{HALO}/sync/history", LOGIN, "404", f"→ {HALO}/sync"),
    ("data_sync.start", "POST"): (f"{HALO}/sync", LOGIN, "404", "403"),
    ("data_sync.cancel", "POST"): (f"{HALO}/sync/cancel", LOGIN, "404", "403"),
    ("data_sync.pause", "POST"): (f"{HALO}/sync/pause", LOGIN, "404", "403"),
    ("data_sync.resume", "POST"): (f"{HALO}/sync/resume", LOGIN, "404", "403"),
    ("held_deletes.show", "GET"): (f"{HALO}/held/1", LOGIN, "404", "404"),
    ("held_deletes.confirm", "GET"): (f"{HALO}/held/1/delete", LOGIN, "404", "404"),
    ("held_deletes.approve", "POST"): (f"{HALO}/held/1/delete", LOGIN, "404", "403"),
    ("held_deletes.keep", "POST"): (f"{HALO}/held/1/keep", LOGIN, "404", "403"),
    ("records.index", "GET"): (f"{HALO}/records/assets", LOGIN, "404", OK),
    ("records.show", "GET"): (f"{HALO}/records/assets/1", LOGIN, "404", "404"),
    ("records.progress", "GET"): (f"{HALO}/records/assets/1/progress", LOGIN, "404", "404"),
    ("records.download", "GET"): (f"{HALO}/records/assets/export.csv", LOGIN, "404", OK),
    ("records.payload", "GET"): (f"{HALO}/records/assets/1/payload.json", LOGIN, "404", "404"),
    ("records.sync", "POST"): (f"{HALO}/records/assets/1/sync", LOGIN, "404", "403"),
    ("record_exclusion.confirm", "GET"): (f"{HALO}/records/assets/1/exclude", LOGIN, "404", "404"),
    ("record_exclusion.exclude", "POST"): (f"{HALO}/records/assets/1/exclude", LOGIN, "404", "403"),
    ("record_exclusion.include", "POST"): (f"{HALO}/records/assets/1/include", LOGIN, "404", "403"),
    ("records.status_options", "GET"): (f"{HALO}/records/assets/status-options", LOGIN, "404", OK),
    ("all_records.index", "GET"): (f"{HALO}/records", LOGIN, "404", OK),
    ("all_records.client_options", "GET"): (f"{HALO}/records/client-options", LOGIN, "404", OK),
    ("all_records.failed", "GET"): (f"{HALO}/records/failed", LOGIN, "404", OK),
    ("all_records.download_failed", "GET"): (f"{HALO}/records/failed.csv", LOGIN, "404", OK),
    ("search.index", "GET"): ("/search?q=acme", LOGIN, OK, OK),
    ("kept_records.confirm_delete", "GET"): (f"{HALO}/records/delete", LOGIN, "404", "404"),
    ("kept_records.delete", "POST"): (f"{HALO}/records/delete", LOGIN, "404", "403"),
    ("pairing.index", "GET"): (f"{HALO}/pairing", LOGIN, OK, OK),
    ("pairing.read", "POST"): (f"{HALO}/pairing/read", LOGIN, "409", "403"),
    ("pairing.accept_sure", "POST"): (f"{HALO}/pairing/sure", LOGIN, "404", "403"),
    ("pairing.pairs_file", "GET"): (f"{HALO}/pairing/pairs.csv", LOGIN, "404", "404"),
    ("pairing.unpaired_file", "GET"): (f"{HALO}/pairing/without-counterpart.csv", LOGIN, "404", "404"),
    ("pairing.client.choose", "GET"): (f"{HALO}/pairing/clients/1", LOGIN, "404", "404"),
    ("pairing.client.decide_with", "POST"): (f"{HALO}/pairing/clients/1/pair", LOGIN, "404", "403"),
    ("pairing.client.decide_alone", "POST"): (f"{HALO}/pairing/clients/1/undo", LOGIN, "404", "403"),
    ("sync_filters.index", "GET"): (f"{HALO}/filters", LOGIN, "404", OK),
    ("sync_filters.clients", "GET"): (f"{HALO}/filters/clients", LOGIN, "404", OK),
    ("sync_filters.change", "POST"): (f"{HALO}/filters", LOGIN, "404", "403"),
    ("sync_filters.preview", "POST"): (f"{HALO}/filters/preview", LOGIN, "404", "403"),
    ("filter_history.undo", "GET"): (f"{HALO}/filters/undo", LOGIN, "404", "409"),
    ("filter_history.undo_now", "POST"): (f"{HALO}/filters/undo", LOGIN, "404", "403"),
    ("filter_history.show", "GET"): (f"{HALO}/filters/history/999999", LOGIN, "404", "404"),
    ("filter_history.restore", "POST"): (f"{HALO}/filters/history/999999", LOGIN, "404", "403"),
    ("filter_history.preview", "POST"): (f"{HALO}/filters/history/999999/preview", LOGIN, "404", "403"),
    ("activity.export_lines", "GET"): ("/activity.jsonl", LOGIN, OK, OK),
    ("sync_logs.index", "GET"): (f"{HALO}/logs", LOGIN, "404", OK),
    ("sync_logs.run", "GET"): (f"{HALO}/logs/runs/1", LOGIN, "404", "404"),
    ("sync_logs.step", "GET"): (f"{HALO}/logs/runs/1/assets", LOGIN, "404", "404"),
    ("sync_logs.page", "GET"): (f"{HALO}/logs/pages/1", LOGIN, "404", "404"),
    ("sync_logs.lines.index", "GET"): (f"{HALO}/logs/lines", LOGIN, "404", OK),
    ("sync_logs.lines.line", "GET"): (f"{HALO}/logs/lines/1", LOGIN, "404", "404"),
    ("sync_logs.lines.repeated", "GET"): (f"{HALO}/logs/lines/repeated", LOGIN, "404", OK),
    ("sync_logs.lines.export", "GET"): (f"{HALO}/logs/lines/export.csv", LOGIN, "404", OK),
    ("sync_logs.download", "GET"): (f"{HALO}/logs/1.csv", LOGIN, "404", "404"),
    ("deliveries.index", "GET"): (f"{HALO}/deliveries", LOGIN, "404", OK),
    ("deliveries.progress", "GET"): (f"{HALO}/deliveries/progress", LOGIN, "404", OK),
    ("deliveries.confirm", "GET"): (f"{HALO}/deliveries/replay?failed=1", LOGIN, "404", OK),
    ("deliveries.replay_all", "POST"): (f"{HALO}/deliveries/replay", LOGIN, "404", "403"),
    ("deliveries.show", "GET"): (f"{HALO}/deliveries/1", LOGIN, "404", "404"),
    ("deliveries.watch", "GET"): (f"{HALO}/deliveries/1/progress", LOGIN, "404", "404"),
    ("deliveries.replay", "POST"): (f"{HALO}/deliveries/1/replay", LOGIN, "404", "403"),
    ("configuration.index", "GET"): (f"{HALO}/configuration", LOGIN, "404", OK),
    ("configuration.connection.index", "GET"): (f"{HALO}/configuration/connection", LOGIN, "404", OK),
    ("configuration.connection.test_again", "POST"): (f"{HALO}/configuration/test", LOGIN, "404", "403"),
    ("configuration.credentials.index", "GET"): (f"{HALO}/configuration/credentials", LOGIN, "404", OK),
    ("configuration.credentials.replace_secret", "POST"): (
        f"{HALO}/configuration/credentials",
        LOGIN,
        "404",
        "403",
    ),
    ("configuration.schedule.index", "GET"): (f"{HALO}/configuration/schedule", LOGIN, "404", OK),
    ("configuration.schedule.change", "POST"): (f"{HALO}/configuration/schedule", LOGIN, "404", "403"),
    ("configuration.rate_limit.index", "GET"): (f"{HALO}/configuration/limit", LOGIN, "404", OK),
    ("configuration.rate_limit.change", "POST"): (f"{HALO}/configuration/limit", LOGIN, "404", "403"),
    ("configuration.webhook.index", "GET"): (f"{HALO}/configuration/webhook", LOGIN, "404", OK),
    ("configuration.webhook.delivery", "GET"): (f"{HALO}/configuration/delivery", LOGIN, "404", "204"),
    ("configuration.webhook.change_login", "POST"): (f"{HALO}/configuration/webhook/login", LOGIN, "404", "403"),
    ("configuration.webhook.make_secret", "POST"): (f"{HALO}/configuration/webhook/secret", LOGIN, "404", "403"),
    ("configuration.webhook.drop_old_secret", "POST"): (
        f"{HALO}/configuration/webhook/secret/drop",
        LOGIN,
        "404",
        "403",
    ),
    ("configuration.webhook.stop_using", "POST"): (f"{HALO}/configuration/webhook/unused", LOGIN, "404", "403"),
    ("configuration.retention.index", "GET"): (f"{HALO}/configuration/retention", LOGIN, "404", OK),
    ("configuration.disconnect.index", "GET"): (f"{HALO}/configuration/disconnect", LOGIN, "404", OK),
    ("configuration.disconnect.disconnect", "POST"): (f"{HALO}/configuration/disconnect", LOGIN, "404", "403"),
}


def test_every_route_is_in_the_table(app: Flask) -> None:
    routes = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(TABLE)


@pytest.mark.parametrize(("endpoint", "method"), TABLE)
def test_nobody_sees_more_than_the_front_door(client: FlaskClient, endpoint: str, method: str) -> None:
    address, nobody, _, _ = TABLE[endpoint, method]
    assert _outcome(client, method, address) == nobody


@pytest.mark.parametrize(("endpoint", "method"), TABLE)
def test_an_admin_of_another_account_reaches_nothing_of_ours(
    as_mallory: FlaskClient, halo: Integration, endpoint: str, method: str
) -> None:
    address, _, mallory, _ = TABLE[endpoint, method]
    assert _outcome(as_mallory, method, address) == mallory


@pytest.mark.parametrize(("endpoint", "method"), TABLE)
def test_support_reads_and_changes_nothing(
    as_sam: FlaskClient, halo: Integration, endpoint: str, method: str
) -> None:
    address, _, _, sam = TABLE[endpoint, method]
    assert _outcome(as_sam, method, address) == sam


def _outcome(client: FlaskClient, method: str, address: str) -> str:
    response = client.open(address, method=method)
    response.close()
    if response.status_code in (302, 303):
        return f"→ {response.location.partition('?')[0]}"
    return str(response.status_code)
