"""Check the built documentation: every link inside it leads somewhere, and readers of both languages find their words.

MkDocs checks links between pages of one language. Links from a Korean page to one that exists in English only, and what
the search makes of brackets, dots and Korean words, are checked here, in the built site.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urldefrag, urlsplit

FINDABLE = (
    "엑셀",
    "판매채널",
    "정산",
    "그룹상품",
    "발주확인",
    "배송번호",
    "인증키",
    "orders.ship",
    "orders.confirm",
)
# Elements of the largest page: a browser stumbles over tens of thousands, and nobody finds anything among them.
MOST_ELEMENTS = 12_000
# The rooms whose names are for users; `cli` has commands instead, which stand on a page of their own.
ROOMS = [
    "catalogue",
    "catalogue.exporters",
    "client",
    "config",
    "excel",
    "files",
    "ledger",
    "models",
    "notebook",
    "policy",
    "policy.actions",
    "policy.settlement",
    "runner",
    "sandbox",
    "testing",
    "wire",
]


class Anchors(HTMLParser):
    """Collects the ids and links of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.elements = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements += 1
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif tag == "a" and name == "href" and value:
                self.links.append(value)


def read_pages(site: Path) -> dict[Path, Anchors]:
    pages: dict[Path, Anchors] = {}
    for path in sorted(site.rglob("*.html")):
        pages[path.resolve()] = found = Anchors()
        found.feed(path.read_text(encoding="utf-8"))
    return pages


def undocumented(pages: Mapping[Path, Anchors]) -> list[str]:
    """Return the public names that no page of the reference has an entry for."""
    entries: defaultdict[str, set[str]] = defaultdict(set)
    for entry in set().union(*(page.ids for page in pages.values())):
        home, _, name = entry.rpartition(".")
        if home.startswith("wemakeprice_sdk"):
            entries[name].add(home)
    missing = []
    for room in ROOMS:
        module = import_module(f"wemakeprice_sdk.{room}")
        for name in module.__all__:
            value = getattr(module, name)
            if not isinstance(value, ModuleType) and not any(
                member(home, name) is value for home in entries[name]
            ):
                missing.append(f"{module.__name__}.{name}")
    return missing


def member(home: str, name: str) -> object:
    """Return what the entry `home.name` is about; entries of methods belong to no module and are none of them."""
    try:
        return getattr(import_module(home), name, None)
    except ModuleNotFoundError:
        return None


def broken_links(site: Path, pages: Mapping[Path, Anchors]) -> list[str]:
    broken = []
    for path, found in pages.items():
        if path.name == "404.html":
            continue  # its links are absolute, from the root of a host
        for link in found.links:
            if urlsplit(link).scheme or link.startswith("//"):
                continue
            place, anchor = urldefrag(unquote(link))
            base = site.resolve() / place.lstrip("/") if place.startswith("/") else path.parent / place
            target = (base if place else path).resolve()
            target = target / "index.html" if target.is_dir() else target
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].ids):
                broken.append(f"{path.relative_to(site.resolve())}: {link}")
    return broken


def unnamed(site: Path) -> list[str]:
    """Return the links of llms.txt that lead nowhere, and the pages that it leaves out (the reference is named as a whole)."""
    linked = set(re.findall(r"\]\(([^)]+)\)", (site / "llms.txt").read_text(encoding="utf-8")))
    pages = {f"{path.parent.relative_to(site)}/" for path in site.glob("**/index.html")} - {"./"}
    own = {page for page in pages if not page.startswith(("ko/", "reference/"))}
    return sorted((linked - pages) | (own - linked))


def unfindable(site: Path) -> list[str]:
    """Return the words that no entry of the search begins a word with, as the search in the browser splits them."""
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    separator = re.compile(index["config"]["separator"])
    words = {
        word
        for entry in index["docs"]
        for word in separator.split(re.sub(r"<[^>]+>", " ", f"{entry['title']} {entry['text']}"))
    }
    wrong = [wanted for wanted in FINDABLE if not any(word.startswith(wanted) for word in words)]
    if "ko" not in index["config"]["lang"]:
        wrong.append("any Korean word: the search does not know Korean")
    return wrong


def main(site: Path) -> int:
    pages = read_pages(site)
    wrong = [f"a link leads nowhere: {link}" for link in broken_links(site, pages)]
    wrong += [f"llms.txt and the pages differ in {page}" for page in unnamed(site)]
    wrong += [f"the reference lacks {name}" for name in undocumented(pages)]
    wrong += [
        f"{path.relative_to(site.resolve())}: {page.elements} elements are too many for one page"
        for path, page in pages.items()
        if page.elements > MOST_ELEMENTS
    ]
    wrong += [f"the search does not find {word}" for word in unfindable(site)]
    print("\n".join(wrong) or f"{site}: every link leads somewhere, the search finds Korean and dotted names")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
