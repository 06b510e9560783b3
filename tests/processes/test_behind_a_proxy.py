"""A portal with a public URL, behind a real proxy that has another port, replaces the Host, or takes headers away."""

from __future__ import annotations

import re
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from portal.sandbox.halo import HaloSandbox, Settings, TenantSettings, running
from tests.halo.authority import Authority
from tests.processes.conftest import launching
from tests.reverse_proxy import Proxy, proxying

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes through /proc")

EMAIL, PASSWORD = "ada@northwind.example", "correct horse battery staple"
STEP = "/integrations/halo/setup/connect"
HTTPS = {"x-forwarded-proto": "https"}
FORGED = {
    "host": "evil.example",
    "forwarded": "host=evil.example;proto=http",
    "x-forwarded-host": "evil.example",
    "x-forwarded-port": "81",
    "x-forwarded-proto": "http",
    "x-forwarded-protocol": "ssl",
    "x-forwarded-prefix": "/evil",
    "script_name": "/evil",
    "script-name": "/evil",
}


@dataclass
class House:
    """A portal of its own address, and the proxy in front of it."""

    address: str
    proxy: Proxy
    halo: HaloSandbox
    trust: ssl.SSLContext
    opened: list[Browser] = field(default_factory=list)

    def browser(self, url: str | None = None, **sent: str) -> Browser:
        self.opened.append(Browser(url or self.proxy.url, self.trust, sent))
        return self.opened[-1]


class Browser:
    """Sends what Chromium sends with a form; `sent` replaces some of it, or with an empty value leaves it out."""

    def __init__(self, url: str, trust: ssl.SSLContext, sent: dict[str, str]) -> None:
        self.http = httpx.Client(base_url=url, verify=trust, trust_env=False, timeout=30)
        self._sent = sent
        self._origin = url

    def submit(self, path: str, **fields: str) -> httpx.Response:
        """Load the page's form, then send it."""
        page = self.http.get("/login" if path == "/login" else STEP)
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token, page.text
        headers = {
            "Origin": self._origin,
            "Referer": f"{self._origin}{path}",
            "Sec-Fetch-Site": "same-origin" if self._origin.startswith("https") else "",
            **self._sent,
        }
        kept = {name: value for name, value in headers.items() if value}
        return self.http.post(path, data={**fields, "csrf_token": token[1]}, headers=kept)

    def log_in(self) -> httpx.Response:
        return self.submit("/login", email=EMAIL, password=PASSWORD)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("behind-a-proxy")
    authority = Authority(folder)
    trust = ssl.create_default_context(cafile=str(authority.root))
    small = Settings(tenants=[TenantSettings(sizes={"clients": 3})])
    with (
        proxying(*authority.certificate("localhost")) as proxy,
        running(HaloSandbox(small)) as halo,
        launching(folder) as launcher,
    ):
        settings = {"PORTAL_PUBLIC_URL": proxy.url, "PORTAL_OUTBOUND_ALLOW": urlsplit(halo.url).netloc}
        portal = launcher.start("up", "--port", "0", until_printed="Open it at", **settings)
        proxy.upstream_port = int(portal.address.rpartition(":")[2])
        for words in (
            ["account", "create", "Northwind IT"],
            ["account", "enable", "Northwind IT", "halo"],
            ["user", "create", EMAIL, "--account", "Northwind IT", "--role", "admin", "--password-stdin"],
        ):
            done = launcher.command(*words, typed=f"{PASSWORD}\n")
            assert done.returncode == 0, done.stderr
        yield House(portal.address, proxy, halo, trust)


@pytest.fixture(autouse=True)
def _as_before(house: House) -> Iterator[None]:
    yield
    while house.opened:
        house.opened.pop().http.close()
    house.proxy.sets, house.proxy.strips = {}, set()


@pytest.mark.parametrize(
    ("sets", "strips", "sent"),
    [
        ({}, set(), {}),
        (HTTPS, set(), {}),
        ({**HTTPS, "host": "portal.internal:8123"}, set(), {}),
        ({**HTTPS, "x-forwarded-host": "localhost", "x-forwarded-for": "198.51.100.7"}, set(), {}),
        (HTTPS, {"referer"}, {}),
        ({**HTTPS, "host": "portal.internal"}, {"referer", "origin"}, {}),
        (HTTPS, {"referer", "origin", "sec-fetch-site"}, {}),
        (FORGED, set(), {}),
        (HTTPS, set(), {"Origin": "null", "Referer": ""}),  # the proxy sends Referrer-Policy: no-referrer
        (HTTPS, set(), {"Referer": "https://elsewhere.example/"}),
        (HTTPS, set(), {"Sec-Fetch-Site": ""}),  # browsers before 2023
    ],
    ids=[
        "no headers", "other port", "other Host", "Host without its port", "no Referer", "no Referer, no Origin",
        "nothing of the origin", "forged headers", "Referer forbidden", "Referer of another site", "old browser",
    ],
)  # fmt: skip
def test_people_log_in_and_fill_in_the_wizard(
    sets: dict[str, str], strips: set[str], sent: dict[str, str], house: House
) -> None:
    house.proxy.sets, house.proxy.strips = sets, strips
    browser = house.browser(**sent)
    entered = browser.log_in()
    assert (entered.status_code, entered.headers.get("Location")) == (302, "/integrations"), entered.text
    secret = house.halo.credentials()
    typed = {
        "base_url": house.halo.url,
        "auth_server": f"{house.halo.url}/auth",
        "tenant": secret.tenant,
        "client_id": secret.client_id,
        "client_secret": secret.client_secret,
    }
    assert "Connected as" in browser.submit(f"{STEP}/test", **typed).text
    saved = browser.submit(STEP, **typed | {"client_secret": ""})  # stored by the test
    assert saved.headers.get("Location", saved.text).endswith("/setup/data")


def test_forged_headers_reach_no_redirect_and_no_page(house: House) -> None:
    house.proxy.sets = FORGED
    browser = house.browser()
    answers = [browser.http.get(path) for path in ("/", "/login/", "/integrations/", "/change", "/nowhere", "/login")]
    browser.log_in()
    answers += [
        browser.http.get(path) for path in ("/integrations", "/integrations/", STEP, "/two-factor", "/change")
    ]
    assert not [answer.url for answer in answers if "evil" in answer.text + str(answer.headers)]
    assert {answer.status_code for answer in answers} <= {200, 302, 303, 308, 404}


@pytest.mark.parametrize("sets", [{"script_name": "/evil"}, {"script-name": "/evil"}, {"path_info": "/evil"}])
def test_a_proxys_script_name_breaks_nothing(sets: dict[str, str], house: House) -> None:
    house.proxy.sets = sets
    assert house.browser().http.get("/login").status_code == 200


def test_the_cookies_are_for_https_only(house: House) -> None:
    cookies = house.browser().http.get("/login").headers.get_list("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie for cookie in cookies)


def test_opening_it_past_the_proxy_says_where_to_open_it(house: House) -> None:
    page = house.browser(house.address).log_in()
    assert page.status_code == 400
    assert f"This portal is set up for {house.proxy.url}, but you opened {house.address}." in page.text
    assert "Open it at that address, or change PORTAL_PUBLIC_URL." in page.text


def test_opening_it_past_the_proxy_with_a_browser_that_tells_nothing_names_the_cookie(house: House) -> None:
    page = house.browser(house.address, Origin="", Referer="").log_in()
    assert page.status_code == 400
    assert f"open {house.proxy.url}, and let your browser keep its cookies" in page.text


@pytest.mark.parametrize(
    "sent",
    [
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.localhost", "Sec-Fetch-Site": "same-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": ""},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": ""},
    ],
)
def test_a_form_of_another_site_is_refused_even_with_the_right_token(sent: dict[str, str], house: House) -> None:
    page = house.browser(**sent).log_in()
    assert page.status_code == 400
    assert "Log out" not in page.text


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("https://portal.example.com/portal", "PORTAL_PUBLIC_URL must have no path: give the portal a host name of"),
        ("portal.example.com", "PORTAL_PUBLIC_URL must be an address such as https://portal.example.com."),
    ],
)
def test_a_public_url_that_cannot_work_stops_the_start_with_one_line(url: str, line: str, tmp_path: Path) -> None:
    with launching(tmp_path) as launcher:
        running = launcher.start("up", "--port", "0", until_printed=line, PORTAL_PUBLIC_URL=url)
        assert running.process.wait(30) == 2
        assert running.text.startswith(line)
        assert len(running.text.splitlines()) == 1


def test_a_wrong_file_of_authorities_stops_the_start_with_one_line(tmp_path: Path) -> None:
    with launching(tmp_path) as launcher:
        running = launcher.start("up", "--port", "0", until_printed="PORTAL", PORTAL_CA_FILE="/nowhere/ca.pem")
        assert running.process.wait(30) == 2
        assert running.text == "PORTAL_CA_FILE cannot be read: No such file or directory (/nowhere/ca.pem).\n"
