"""Counts the clicks that a task takes. Pressing Enter counts as one, and choosing from a list as two."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Download, Locator, Page, expect

MOST: Final = 4


class Clicks:
    def __init__(self, page: Page) -> None:
        self._page = page
        self.count = 0

    def on(self, name: str, role: str = "link") -> None:
        """Click a link or button by its name; fails if two have it."""
        self.at(self._page.get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]  # one of its words

    def at(self, place: Locator) -> None:
        place.click()
        self._add(1)

    def choose(self, label: str, option: str) -> None:
        self._page.get_by_label(label, exact=True).select_option(label=option)
        self._add(2)

    def search(self, text: str) -> None:
        """Click into the box on every page, type, and press Enter."""
        self.at(self._page.get_by_role("searchbox", name="Search all records"))
        self._page.keyboard.type(text)
        self._page.keyboard.press("Enter")
        self._add(1)
        expect(self._page.get_by_role("heading", level=1, name=f"Results for “{text}”")).to_be_visible()

    def download(self, name: str) -> Download:
        with self._page.expect_download() as started:
            self.on(name)
        return started.value

    def _add(self, clicks: int) -> None:
        self.count += clicks
        assert self.count <= MOST, f"this took more than {MOST} clicks"
