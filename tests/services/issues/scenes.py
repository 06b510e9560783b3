"""What can go wrong with an integration, and how each of it ends."""

from __future__ import annotations

from portal.models.held_deletes import HeldDelete
from portal.models.sync import RunKind, RunState
from portal.models.webhooks import Delivery, RefetchRequest
from tests.copies import held
from tests.services.issues.conftest import DAY, HOUR, NOON, Scene, failed, incomplete, ran, refused, rejected
from tests.telling import about, tell


def refuse_credentials(scene: Scene) -> None:
    scene.set(state="needs_attention", problem="Halo refuses the secret.", remedy="Regenerate it.")


def accept_credentials(scene: Scene) -> None:
    scene.set(state="active", problem="", remedy="")


def lose_permission(scene: Scene) -> None:
    ran(scene.halo, RunState.INCOMPLETE, clients={}, assets=refused())


def fail_assets(scene: Scene) -> None:
    ran(scene.halo, RunState.INCOMPLETE, clients={}, assets=failed())


def fail_whole_run(scene: Scene) -> None:
    ran(scene.halo, RunState.FAILED, problem="The disk is full.", clients=failed(""), assets=failed(""))


def read_half(scene: Scene) -> None:
    ran(scene.halo, RunState.INCOMPLETE, clients={}, assets=incomplete())


def sync_all(scene: Scene) -> None:
    scene.later()
    ran(scene.halo, clients={}, assets={})


def hold(scene: Scene) -> None:
    held(scene.halo, range(1, 31))


def decide(scene: Scene) -> None:
    HeldDelete.update(state="kept").execute()


def reject_two(scene: Scene) -> None:
    run = ran(scene.halo, clients={}, assets={"failed": 2})
    rejected(run, 7, "Its serial number has 300 characters.")
    rejected(run, 8, "Its serial number has 400 characters.")


def silence(scene: Scene) -> None:
    ran(scene.halo, RunState.SUCCEEDED, kind=RunKind.INCREMENTAL, clients={"updated": 9}, assets={})
    scene.set(last_delivery_at=NOON - 7 * HOUR)


def deliver(scene: Scene) -> None:
    scene.set(last_delivery_at=scene.day.now)


def get_stuck(scene: Scene) -> None:
    tell(scene.halo, about("assets", 7), about("assets", 8), about("assets", 7))
    RefetchRequest.update(state="stuck", why="Halo answers with status 500.").execute()
    Delivery.update(state="stuck").execute()


def replay(scene: Scene) -> None:
    RefetchRequest.update(state="done", why="").execute()
    Delivery.update(state="done").execute()


def fall_behind(scene: Scene) -> None:
    scene.day.later(3 * HOUR)


def use_up_the_limit(scene: Scene) -> None:
    # 700 requests in five minutes, all but those kept for people.
    scene.day.later(2 * DAY)
    began = scene.day.now - 13 * HOUR
    ran(scene.halo, requests=13 * 12 * 670, began=began, clients={}, assets={})


def let_a_day_pass(scene: Scene) -> None:
    scene.day.later(DAY)
    sync_all(scene)
