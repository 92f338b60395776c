"""Whoever installs the library gets packages whose licences are known, and the documentation names them."""

import re
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement

PAGE = Path(__file__).parent.parent / "docs" / "dependencies.md"
EXTRAS = ("", "cli", "keyring", "postgres")
FREE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser", re.IGNORECASE)


def required(name: str, extra: str = "") -> set[str]:
    """Return the packages that a package needs on this machine, all the way down."""
    found: set[str] = set()
    for text in distribution(name).requires or ():
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
            inner = {part for one in wanted.extras or {""} for part in required(wanted.name, one)}
            found |= {wanted.name.lower().replace("_", "-"), *inner}
    return found


def licence(name: str) -> str:
    data = distribution(name).metadata
    classed = [line for line in data.get_all("Classifier") or () if line.startswith("License")]
    stated = [*(data.get_all("License-Expression") or ()), *classed, *(data.get_all("License") or ())]
    return stated[0].rsplit(" :: ", 1)[-1] if stated else ""


def test_every_package_has_a_free_licence_that_the_page_names() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = {name for extra in EXTRAS for name in required("wemakeprice-sdk", extra)}
    assert {"attrs", "cryptography", "httpcore", "click", "psycopg"} <= names
    wrong = [name for name in sorted(names) if not FREE.search(licence(name))]
    assert wrong == []
    missing = [
        name for name in sorted(names) if not re.search(rf"(?m)^\|[^|]*\b{re.escape(name)}\b[^|]*\|", page)
    ]
    assert missing == []
