"""The API agency (대행사) a key is issued for, and when two names mean the same one."""

from __future__ import annotations

import re
from typing import Final, cast

from attrs import field

from wemakeprice_sdk._frozen import frozen
from wemakeprice_sdk.checks import Problems
from wemakeprice_sdk.config._checks import as_tuple, fold

_COMPANY: Final = re.compile(r"^(?:\(주\)|주식회사)|(?:\(주\)|주식회사)$")


def normalise_agency(name: str) -> str:
    """Fold an agency name for comparison: width, case, white space and (주), ㈜ or 주식회사 at either end."""
    folded = fold(name)
    while (stripped := _COMPANY.sub("", folded)) != folded:
        folded = stripped
    return folded


def _names(value: object) -> tuple[str, ...]:
    return cast("tuple[str, ...]", as_tuple(value))


@frozen
class Agency:
    """An API agency (API 대행사): its brand and every other name it goes by.

    A brand and its legal name are one agency, which only `aliases` can tell. Raises `ConfigError` for a
    name that is empty once (주) and the like are folded away.
    """

    name: str
    aliases: tuple[str, ...] = field(default=(), converter=_names)

    def __attrs_post_init__(self) -> None:
        """Check the names."""
        problems = Problems()
        problems.instance("name", self.name, str, "text")
        problems.each("aliases", self.aliases, str, "text")
        problems.raise_all("Agency")
        for path, name in [("name", self.name), *((f"aliases[{i}]", a) for i, a in enumerate(self.aliases))]:
            problems.text(path, name)
            if not normalise_agency(name):
                problems.add(path, name, "a name", "holds no name of its own", "대행사 이름을 입력해 주세요")
        problems.raise_all("Agency")

    @property
    def names(self) -> frozenset[str]:
        """Return all names, folded for comparison."""
        return frozenset(normalise_agency(name) for name in (self.name, *self.aliases))

    def matches(self, other: str | Agency) -> bool:
        """Return whether a name, or any name of another agency, means this one."""
        names = other.names if isinstance(other, Agency) else {normalise_agency(other)}
        return bool(self.names & names)


WINSELLING: Final = Agency("윈셀링", ("주식회사 윈윈소프트",))
"""The agency (API 대행사) of the integration manual the rules come from; its company is an alias."""
