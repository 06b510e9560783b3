"""A browser's cookies, seen on the wire: tabs share one jar, and answers arrive in the order that a test decides."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http.cookies import SimpleCookie

from flask import Flask
from werkzeug.test import TestResponse

from portal import clock


class Jar:
    """Sends requests with the cookies of now; what an answer sets counts once it has arrived."""

    def __init__(self, app: Flask, cookies: Mapping[str, str] | None = None, *, base_url: str | None = None) -> None:
        self._client = app.test_client(use_cookies=False)
        self._base_url = base_url
        self.cookies = dict(cookies or {})

    def send(self, method: str, path: str, data: Mapping[str, str] | None = None, /, **headers: str) -> TestResponse:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return self._client.open(path, method=method, data=data, headers=sent, base_url=self._base_url)

    def arrive(self, answer: TestResponse) -> TestResponse:
        for line in answer.headers.getlist("Set-Cookie"):
            for name, morsel in SimpleCookie(line).items():
                if morsel["max-age"] == "0":
                    self.cookies.pop(name, None)
                else:
                    self.cookies[name] = morsel.value
        return answer

    def get(self, path: str, /, **headers: str) -> TestResponse:
        return self.arrive(self.send("GET", path, **headers))

    def post(self, path: str, data: Mapping[str, str], /, **headers: str) -> TestResponse:
        return self.arrive(self.send("POST", path, data, **headers))

    def copy(self) -> dict[str, str]:
        """Return the cookies as a thief would take them along."""
        return dict(self.cookies)


def token_of(page: str) -> str:
    """Return the CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "there is no form in this page"
    return found[1]


def log_in(jar: Jar, email: str, password: str, **more: str) -> TestResponse:
    """Fill in the log-in form as a browser does."""
    form = {"email": email, "password": password, "csrf_token": token_of(jar.get("/login").text), **more}
    return jar.post("/login", form)


@contextmanager
def later(**span: float) -> Iterator[None]:
    moment = clock.now() + timedelta(**span)
    with clock.using(lambda: moment):
        yield


def is_inside(jar: Jar) -> bool:
    return jar.send("GET", "/integrations").status_code == 200
