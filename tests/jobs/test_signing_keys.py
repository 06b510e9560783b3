"""Workers fetch signing keys: woken by a delivery, or by the scheduler if that is lost."""

from __future__ import annotations

import pytest

from portal import clock
from portal.jobs import queue, signing_keys
from portal.jobs.allowlist import FETCH_KEY
from portal.models.accounts import Account
from portal.models.integrations import Integration
from portal.models.signing_keys import SigningKey
from portal.services.operations.isolation import Isolation
from portal.vault import Secret
from tests.jobs.test_sync import bound_queue, valkey

__all__ = ["bound_queue", "valkey"]


@pytest.fixture
def key(northwind: Account) -> SigningKey:
    integration = Integration.create(account=northwind, psa="halo")
    now = clock.now()
    created: SigningKey = SigningKey.create(
        integration=integration, address="https://x", requested_at=now, due_at=now
    )
    return created


def test_a_due_key_wakes_one_worker_however_often_the_scheduler_looks(key: SigningKey, bound_queue: None) -> None:
    with clock.using(lambda: key.due_at):
        for _ in range(3):
            signing_keys.ring_due(Isolation())
    (job,) = queue.queue("webhooks").get_jobs()
    assert (job.func_name, job.args) == (FETCH_KEY, [key.id])


def test_a_psa_without_signing_keys_ends_in_words(key: SigningKey, bound_queue: None) -> None:
    signing_keys.ring(key.id)
    (job,) = queue.queue("webhooks").get_jobs()
    job.perform()
    assert SigningKey.get().problem == "Halo has no signing keys."


def test_a_key_that_nobody_needs_wakes_nobody(key: SigningKey, bound_queue: None) -> None:
    SigningKey.update(due_at=None).execute()
    key.key = Secret("known")
    signing_keys.ring_due(Isolation())
    assert queue.queue("webhooks").get_jobs() == []
