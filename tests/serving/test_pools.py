"""Pages, deliveries and refusals do not wait for each other."""

from __future__ import annotations

from structlog.testing import capture_logs

from portal.request_sizes import QUEUE_FULL
from portal.serving.heads import canonical
from tests.processes.waiting import until
from tests.serving.conftest import App, serving
from tests.serving.test_requests import get

SLOW_DELIVERY = b"POST /webhooks/halo/wait HTTP/1.1\r\nHost: portal\r\nContent-Length: 0\r\n\r\n"


def test_waiting_deliveries_do_not_delay_pages(app: App) -> None:
    with serving(app, threads=1) as served:
        deliveries = [served.client() for _ in range(5)]
        for client in deliveries:
            client.send(SLOW_DELIVERY)
        until(lambda: served.server.pools.deliveries.waiting == 4, "the deliveries to queue up")
        assert served.ask(get("/page")) == 200
        assert served.ask(b"nonsense\r\n\r\n") == 400
        app.go.set()
        assert [client.status() for client in deliveries] == [200] * 5


def test_waiting_pages_do_not_delay_deliveries(app: App) -> None:
    with serving(app, threads=1) as served:
        for _ in range(3):
            served.client().send(get("/wait"))
        until(lambda: served.server.pools.pages.waiting == 2, "the pages to queue up")
        assert served.ask(get("/Webhooks//halo/x")) == 200


def test_deliveries_beyond_what_may_queue_up_are_passed_on_as_too_many(app: App) -> None:
    with serving(app, threads=1, waiting_deliveries=2) as served:
        served.client().send(SLOW_DELIVERY)
        until(lambda: bool(app.asked), "one to be served")
        for _ in range(2):
            served.client().send(SLOW_DELIVERY)
        until(lambda: served.server.pools.deliveries.waiting == 2, "the others to queue up")
        assert served.ask(get("/webhooks/halo/more")) == 200
        assert [environ["PATH_INFO"] for environ in app.asked if QUEUE_FULL in environ] == ["/webhooks/halo/more"]


def test_threads_that_are_all_busy_are_logged_once(app: App) -> None:
    with capture_logs() as logged, serving(app, threads=1, stuck_seconds=0.05) as served:
        for _ in range(3):
            served.client().send(get("/wait"))
        until(lambda: bool(logged), "the line in the log")
        assert served.ask(get("/webhooks/halo/x")) == 200
    (line,) = logged
    assert (line["event"], line["pool"], line["waiting"]) == ("all threads are busy", "pages", 2)


def test_a_head_has_a_canonical_form() -> None:
    raw = b"GET / HTTP/1.1\r\nHOST: \t portal \t\r\nX-A:b\r\n\r\n"
    assert canonical(raw) == b"GET / HTTP/1.1\r\nhost:portal\r\nx-a:b\r\n\r\n"
