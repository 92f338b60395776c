"""Pictures that a description in HTML shows."""

from __future__ import annotations

import re
from contextlib import suppress
from html.parser import HTMLParser
from typing import Final

# Lazy pages keep the real address in one of these and a placeholder in `src`.
_SOURCES: Final = ("data-src", "data-original", "data-lazy-src", "src")
_STYLE_URL: Final = re.compile(r"""url\(\s*['"]?([^'")]+)['"]?\s*\)""", re.IGNORECASE)


class _ImageFinder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, None] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value.strip() for name, value in attrs if value}
        if tag == "img":
            self._take(next((values[name] for name in _SOURCES if values.get(name)), ""))
        self._take(values.get("background", ""))
        for url in _STYLE_URL.findall(values.get("style", "")):
            self._take(url.strip())

    def _take(self, url: str) -> None:
        # A picture inside the text needs no fetching.
        if url and not url.lower().startswith("data:"):
            self.found[url] = None


def image_urls(html: str) -> tuple[str, ...]:
    """Return the addresses of the pictures in a description, in their order, each once.

    `img` (lazy ones too), the attribute `background` and `url(…)` of a style; pictures inside the text
    (`data:`) are not among them. Broken HTML gives what can be read.
    """
    finder = _ImageFinder()
    # The parser gives up on a broken declaration (`<![x`); what it read until then counts.
    with suppress(AssertionError):
        finder.feed(html)
        finder.close()
    return tuple(finder.found)
