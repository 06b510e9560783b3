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
            found = _look(page, size, scheme, options)
            assert not found, f"{what}: {found}"
    if before:
        page.set_viewport_size(before)


def glance(page: Page) -> list[str]:
    """Return what is found on the page: wide and in the light, and on a phone in the dark."""
    looks = zip(SIZES, ("light", "dark"), strict=True)
    return [found for size, scheme in looks if (found := _look(page, size, scheme, EVERYTHING))]


def _look(page: Page, size: ViewportSize, scheme: str, options: dict[str, Any]) -> str:
    """Return what is found; empty if all is well."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of its words
    expect(page.locator(f"html[data-bs-theme={scheme}]")).to_have_count(1)
    found, pale = Axe().run(page, options=options), page.evaluate(PALE_FIELDS)
    report = found.generate_report() if found.response["violations"] else ""
    return f"{scheme}, {size['width']} px wide: {report} {pale or ''}" if report or pale else ""
