"""The server's pages ask this machine alone: in a browser, through a proxy that notes all hosts."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import prefect
import pytest

from chem.errors import InputError
from flows.prefect_support.server_pages import POLICY, make_pages
from tests.logging_proxy import Proxy, logging_proxy
from tests.prefect_server import Environment, ask, profile_of, serving

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PLACES = ("dashboard", "runs", "flows", "deployments", "automations", "events", "settings")
OTHERS = "https://others.example"
BROWSERS_OWN = ("accounts.google.com", ".googleapis.com", ".gvt1.com")
"""Hosts that Chromium asks for itself, about its updates and forms. The pages name none of them."""


def test_each_page_starts_with_the_policy_and_is_kept(tmp_path: Path) -> None:
    make_pages(tmp_path / "pages")
    for version, base in (("v1", "/"), ("v2", "/v2")):
        page = tmp_path / "pages" / version / "index.html"
        assert f'<head><meta http-equiv="Content-Security-Policy" content="{POLICY}">' in (
            page.read_text()
        )
        key = (tmp_path / "pages" / version / "UI_SERVE_BASE").read_text()
        assert key == f"{version}:{prefect.__version__}:{base}"
        texts = [path for path in page.parent.rglob("*") if path.suffix in (".html", ".js", ".css")]
        assert len(texts) > 10
        for path in texts:
            for text in ("SERVE_BASE_REPLACE_PLACEHOLDER", *BROWSERS_OWN):
                assert text not in path.read_text(), path
    made = page.stat().st_mtime_ns
    make_pages(tmp_path / "pages")
    assert page.stat().st_mtime_ns == made


@pytest.mark.parametrize("lost", ["index.html", "UI_SERVE_BASE"])
def test_what_is_lost_or_of_another_version_is_made_again(tmp_path: Path, lost: str) -> None:
    make_pages(tmp_path)
    file = tmp_path / "v2" / lost
    whole = file.read_text()
    for damage in (lambda: file.write_text("v2:3.0.0:/v2"), file.unlink):
        damage()
        make_pages(tmp_path)
        assert file.read_text() == whole


def test_pages_of_another_form_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source/index.html").write_text("<html><HEAD></HEAD></html>")
    monkeypatch.setattr(prefect, "__ui_v2_static_path__", tmp_path / "source")
    with pytest.raises(InputError, match="have another form"):
        make_pages(tmp_path / "pages")
    assert not (tmp_path / "pages/v2").exists()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "pages").write_text("a file")
    with pytest.raises(InputError, match="cannot write the server's pages"):
        make_pages(tmp_path / "pages")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environment]:
    with serving(tmp_path_factory.mktemp("prefect")) as environment:
        yield environment


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with logging_proxy() as running:
        yield running


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
@pytest.mark.parametrize("version", ["", "v2/"])
def test_the_browser_asks_this_machine_alone(
    server: Environment, proxy: Proxy, version: str
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    profile = profile_of(server)
    address = profile["PREFECT_API_URL"].removesuffix("api")
    body = {
        "key": "kinase-top-hits",
        "type": "markdown",
        "data": "newest\n\n![x](https://a.example/p)",
    }
    ask(server, "/artifacts/", body)
    with playwright.sync_playwright() as driver:
        # Without <-loopback>, Chromium asks loopback without the proxy.
        way = {"server": f"http://127.0.0.1:{proxy.port}", "bypass": "<-loopback>"}
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], proxy=way)
        tab = browser.new_page()
        tab.set_default_timeout(90_000)
        asked: list[str] = []
        tab.on("requestfinished", lambda request: asked.append(request.url))
        tab.goto(address + version)
        field = tab.locator("input").first
        field.fill(profile["PREFECT_API_AUTH_STRING"])
        field.press("Enter")
        tab.wait_for_url("**/dashboard**")
        for place in PLACES:
            tab.goto(f"{address}{version}{place}")
            tab.wait_for_timeout(1500)
        tab.goto(f"{address}{version}artifacts/key/kinase-top-hits")
        tab.locator("a[href*='/artifacts/artifact/']").first.click()
        tab.get_by_text("newest").first.wait_for()  # one click away
        asked_before = list(asked)
        assert tab.evaluate(f"fetch('{OTHERS}').then(() => 1, () => 0)") == 0
        unheld = browser.new_page()  # a page without the policy, to see that the proxy notes others
        unheld.evaluate(f"fetch('{OTHERS}').then(() => 1, () => 0)")
        browser.close()
    pages = [host for host in proxy.hosts if not host.endswith(BROWSERS_OWN)]
    assert len(pages) > 20
    assert set(pages[:-1]) == {"127.0.0.1"}
    assert pages[-1] == "others.example"
    places = {urlsplit(url).hostname for url in asked_before if not url.startswith("blob:")}
    assert places == {"127.0.0.1"}
