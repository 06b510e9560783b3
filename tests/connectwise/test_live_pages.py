"""Pages without deleted rows are dealt out of the server's pages, each of which is read once."""

from __future__ import annotations

import pytest

from portal.connectwise import pages
from portal.connectwise.live_pages import LivePages, ServerPage
from portal.connectwise.pages import Row
from portal.connectwise.resources import PAGE_SIZE
from portal.errors import PsaListError

ROWS = [pages.row("clients", b'{"id":%d}' % number) for number in range(1, 2 * PAGE_SIZE + 8)]


class ServerPages:
    """The pages of a server, of `size` rows each. `asked` holds the numbers of the requested pages."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[int] = []

    def ask(self, number: int) -> ServerPage:
        self.asked.append(number)
        rows = ROWS[(number - 1) * self.size : number * self.size]
        return ServerPage(rows, ids_of(rows), number * self.size < len(ROWS))


def ids_of(rows: list[Row]) -> list[int | None]:
    return [row.facts.remote_id if row.facts else None for row in rows]


@pytest.mark.parametrize("size", [25, 300, 1000])
def test_each_page_of_the_server_is_read_once(size: int) -> None:
    server = ServerPages(size)
    live = LivePages(server.ask)
    dealt = [row for number in (1, 2, 3) for row in live.page(number)]
    assert dealt == ROWS
    assert server.asked == list(range(1, -(-len(ROWS) // size) + 1))


def test_a_page_that_was_guessed_to_be_the_last_is_right() -> None:
    server = ServerPages(25)
    live = LivePages(server.ask)
    assert live.page(3) == ROWS[2 * PAGE_SIZE :]
    assert live.page(1) == ROWS[:PAGE_SIZE]
    assert live.page(4) == []


def test_the_last_page_sent_again_past_the_end_brings_no_row_twice() -> None:
    def ask(number: int) -> ServerPage:
        rows = ROWS[:25] if number == 1 else ROWS[25:50]
        return ServerPage(rows, ids_of(rows), may_continue=True, may_be_end_again=number > 2)

    assert LivePages(ask).page(1) == ROWS[:50]


def test_a_server_that_ignores_page_numbers_is_no_list_of_one_page() -> None:
    with pytest.raises(PsaListError, match="the same page"):
        LivePages(lambda _: ServerPage(ROWS[:25], ids_of(ROWS[:25]), may_continue=True)).page(1)
