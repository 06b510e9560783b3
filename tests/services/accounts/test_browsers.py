"""Browsers by the names that people know."""

from __future__ import annotations

import pytest

from portal.services.accounts import browsers

MOZILLA = "Mozilla/5.0 "
LIKE_CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64) {LIKE_CHROME} Safari/537.36", "Chrome on Windows"),
        (f"{MOZILLA}(Windows NT 10.0; Win64; x64) {LIKE_CHROME} Safari/537.36 Edg/142.0", "Edge on Windows"),
        (f"{MOZILLA}(X11; Linux x86_64) {LIKE_CHROME} Safari/537.36 OPR/120.0", "Opera on Linux"),
        (f"{MOZILLA}(Linux; Android 16) {LIKE_CHROME} Mobile Safari/537.36", "Chrome on Android"),
        (f"{MOZILLA}(Linux; Android 16) SamsungBrowser/28 Chrome/130 Safari/537.36", "Samsung Internet on Android"),
        (f"{MOZILLA}(X11; CrOS x86_64 16000) {LIKE_CHROME} Safari/537.36", "Chrome on ChromeOS"),
        (f"{MOZILLA}(X11; Ubuntu; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
        (f"{MOZILLA}(Macintosh; Intel Mac OS X 10_15_7) Version/26 Safari/605.1.15", "Safari on Mac"),
        (f"{MOZILLA}(iPhone; CPU iPhone OS 18_7 like Mac OS X) Mobile Safari/604.1", "Safari on iPhone"),
        (f"{MOZILLA}(iPad; CPU OS 18_7 like Mac OS X) CriOS/142 Mobile Safari/604.1", "Chrome on iPad"),
        (f"{MOZILLA}(iPhone; CPU iPhone OS 18_7) FxiOS/145 Mobile Safari/604.1", "Firefox on iPhone"),
        ("curl/8.5.0", "curl"),
        ("", "An unknown browser"),
        ("<b>Chrome</b>", "An unknown browser"),
    ],
)
def test_a_browser_is_named(user_agent: str, words: str) -> None:
    assert browsers.in_words(user_agent) == words
