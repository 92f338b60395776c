"""Check the built documentation: every link inside it leads somewhere, and readers of both languages find their words.

MkDocs checks links between pages of one language. Links from a Korean page to one that exists in English only, and what
the search makes of brackets, dots and Korean words, are checked here, in the built site.
"""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
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


class Anchors(HTMLParser):
    """Collects the ids and links of one page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            elif tag == "a" and name == "href" and value:
                self.links.append(value)


def broken_links(site: Path) -> list[str]:
    pages: dict[Path, Anchors] = {}
    for path in sorted(site.rglob("*.html")):
        pages[path.resolve()] = found = Anchors()
        found.feed(path.read_text(encoding="utf-8"))
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
    wrong = [f"a link leads nowhere: {link}" for link in broken_links(site)]
    wrong += [f"the search does not find {word}" for word in unfindable(site)]
    print("\n".join(wrong) or f"{site}: every link leads somewhere, the search finds Korean and dotted names")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
