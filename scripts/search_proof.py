"""Prove in a real browser that the search of the built documentation finds what readers type.

Needs Debian's chromium and chromium-driver. `check_site.py` looks into the index; whether the browser's search splits and
matches words as that index says is seen only here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import quote

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

# What is typed, and a part of the address of a page that has to be among the first five.
WANTED = {
    "엑셀": "excel",
    "판매채널": "config",
    "정산": "settlement",
    "발주확인": "orders",
    "취소신청": "claims",
    "배송 템플릿": "templates",
    "인증키": "linking",
    "개인정보": "personal-data",
    "orders.ship": "client",
    "OutcomeUnknownError": "errors",
}
ARGUMENTS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SECONDS = 30


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def served(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = which("chromium"), which("chromedriver")
    if chromium is None or driver is None:
        raise SystemExit("chromium and chromedriver are not installed (Debian: chromium, chromium-driver)")
    with TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for argument in (*ARGUMENTS.split(), f"--user-data-dir={profile}"):
            options.add_argument(argument)
        opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
        try:
            yield opened
        finally:
            opened.quit()


def found(chrome: webdriver.Chrome, base: str, word: str) -> list[str]:
    """Return the addresses of the pages that the search shows for `word`, the best first."""
    chrome.get("about:blank")
    chrome.get(f"{base}/ko/?q={quote(word)}")
    links = "a.md-search-result__link"
    WebDriverWait(chrome, SECONDS).until(lambda page: page.find_elements(By.CSS_SELECTOR, links))
    return [link.get_attribute("href") or "" for link in chrome.find_elements(By.CSS_SELECTOR, links)]


def main(site: Path) -> int:
    wrong = []
    with served(site) as base, browser() as chrome:
        for word, page in WANTED.items():
            pages = found(chrome, base, word)
            shown = [address.removeprefix(base).partition("?")[0] for address in pages[:5]]
            print(f"{word}: {len(pages)} pages, {', '.join(shown)}")
            if not any(page in address for address in shown):
                wrong.append(word)
    print("not found: " + ", ".join(wrong) if wrong else "every word leads to its page")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
