"""Whether everybody can use a page: axe-core's findings of any impact, and the contrast of fields, which it skips."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

SIZES: Final[tuple[ViewportSize, ...]] = ({"width": 1280, "height": 900}, {"width": 390, "height": 844})
EVERYTHING: Final = {"resultTypes": ["violations"]}
# In the dark the same page has other colours, and nothing else.
COLOURS: Final = {"runOnly": ["color-contrast", "link-in-text-block"], "resultTypes": ["violations"]}
PALE_FIELDS: Final = (Path(__file__).parent / "contrast.js").read_text()


def check(page: Page, what: str) -> None:
    """Fail when anything is found on the page as it is now: wide and as on a phone, in the light and in the dark."""
    before = page.viewport_size
    for size in SIZES:
        for scheme, options in (("light", EVERYTHING), ("dark", COLOURS)):
            _look(page, what, size, scheme, options)
    if before:
        page.set_viewport_size(before)


def glance(page: Page, what: str) -> None:
    """Fail when anything is found on the page: wide and in the light, and on a phone in the dark."""
    for size, scheme in zip(SIZES, ("light", "dark"), strict=True):
        _look(page, what, size, scheme, EVERYTHING)


def _look(page: Page, what: str, size: ViewportSize, scheme: str, options: dict[str, Any]) -> None:
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of its words
    expect(page.locator(f"html[data-bs-theme={scheme}]")).to_have_count(1)
    what = f"{what}, {scheme}, {size['width']} px wide"
    found = Axe().run(page, options=options)
    assert not found.response["violations"], f"{what}: {found.generate_report()}"
    pale = page.evaluate(PALE_FIELDS)
    assert not pale, f"{what}: {pale}"
