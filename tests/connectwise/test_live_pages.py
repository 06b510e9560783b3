"""Pages without deleted rows are dealt out of the server's pages, each of which is read once."""

from __future__ import annotations

import pytest

from portal.connectwise import pages
from portal.connectwise.live_pages import LivePages, ServerPage
from portal.connectwise.resources import PAGE_SIZE

ROWS = [pages.row("clients", b'{"id":%d}' % number) for number in range(1, 2 * PAGE_SIZE + 8)]


class ServerPages:
    """The pages of a server, of `size` rows each. `asked` holds the numbers of the requested pages."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.asked: list[int] = []

    def ask(self, number: int) -> ServerPage:
        self.asked.append(number)
        return ServerPage(ROWS[(number - 1) * self.size : number * self.size], number * self.size < len(ROWS))


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
