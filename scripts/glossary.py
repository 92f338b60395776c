"""Write docs/glossary.md and docs/glossary.ko.md, or check that they are in step.

Codes and setting words come from the package, everything else from `scripts/glossary.toml`. A name that the package
does not have stops the script, so a renamed class cannot leave its old name in the glossary.
"""

from __future__ import annotations

import argparse
import importlib
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import attrs

from wemakeprice_sdk import WemakepriceClient, config, models
from wemakeprice_sdk.config.states import KoreanWord
from wemakeprice_sdk.models import OpenEnum

ROOT = Path(__file__).resolve().parent.parent
TERMS = ROOT / "scripts" / "glossary.toml"
PAGES = {"en": ROOT / "docs" / "glossary.md", "ko": ROOT / "docs" / "glossary.ko.md"}
NOTE = "<!-- Written by scripts/glossary.py; edit scripts/glossary.toml or the class. -->\n"
WORDS = {
    "en": {
        "title": "Glossary (용어집)",
        "intro": "Each noun of the marketplace has one name in code. The Korean word is the one the partner centre shows.",
        "head": "| 한국어 | English | name in code |",
        "codes": "Codes (코드)",
        "codes_intro": (
            "Requests carry the code, answers carry the Korean name. [A], [B] and [C] are [grades of evidence](evidence.md). "
            "An unknown value is kept as it is."
        ),
        "codes_head": "| 한국어 | name in code | code |",
        "settings": "Words of the settings (설정값)",
        "settings_intro": "A configuration file may hold the word or its Korean name.",
        "settings_head": "| 한국어 | name in code | word in files |",
    },
    "ko": {
        "title": "용어집",
        "intro": "위메프의 용어 하나에는 코드 이름도 하나입니다. 한국어는 파트너센터에 표시되는 말을 따랐습니다.",
        "head": "| 한국어 | 영어 | 코드 이름 |",
        "codes": "코드",
        "codes_intro": (
            "요청에는 코드를 보내고 응답에는 한국어 이름이 옵니다. [A], [B], [C]는 [근거 등급](evidence.md)입니다. "
            "코드표에 없는 값은 받은 그대로 보관합니다."
        ),
        "codes_head": "| 한국어 | 코드 이름 | 코드 |",
        "settings": "설정값",
        "settings_intro": "설정 파일에는 값이나 한국어 이름 중 어느 쪽을 적어도 됩니다.",
        "settings_head": "| 한국어 | 코드 이름 | 파일에 적는 값 |",
    },
}


# Nothing is called on it; a port that nothing listens on.
CLIENT = WemakepriceClient("glossary", base_url="http://127.0.0.1:9")


def exists(name: str) -> bool:
    """Return whether the package has this name: a call of the client, or module, class and attribute."""
    resource, _, call = name.partition(".")
    if call and hasattr(getattr(CLIENT, resource, None), call):
        return True
    head, *rest = name.split(".")
    try:
        found: object = importlib.import_module(f"wemakeprice_sdk.{head}")
    except ModuleNotFoundError:
        return False
    for part in rest:
        fields = attrs.fields_dict(found) if isinstance(found, type) and attrs.has(found) else {}
        if part not in fields and not hasattr(found, part):
            return False
        found = getattr(found, part, None)
    return True


def titled(kind: type[StrEnum], language: str) -> str:
    """Return what the docstring's first sentence says the words name, the reader's language first, and the grade."""
    first = " ".join((kind.__doc__ or "").strip().split("\n\n")[0].split())
    found = re.match(r"(?P<english>[^(]+) \((?P<korean>[^)]+)\)", first)
    if found is None:
        raise SystemExit(f"the docstring of {kind.__name__} begins with no 'English name (한국어)'")
    english, korean = found["english"], found["korean"]
    graded = re.search(r"\[[^\]]*\]", first)
    name = f"{english} ({korean})" if language == "en" else f"{korean} ({english})"
    return f"{name} {graded[0]}" if graded else name


def kinds(room: object, base: type[StrEnum]) -> list[type[StrEnum]]:
    named = [getattr(room, name) for name in room.__all__]  # type: ignore[attr-defined]
    return [kind for kind in named if isinstance(kind, type) and issubclass(kind, base) and kind is not base]


def hand_kept(head: str, language: str) -> Iterator[str]:
    wrong = []
    for group in tomllib.loads(TERMS.read_text(encoding="utf-8"))["group"]:
        yield f"## {group['title']} ({group['korean']})" if language == "en" else f"## {group['korean']}"
        yield "\n".join(
            [
                head,
                "|---|---|---|",
                *(
                    f"| {korean} | {english} | {', '.join(f'`{name}`' for name in names)} |"
                    for korean, english, names in group["terms"]
                ),
            ]
        )
        wrong += [name for _, _, names in group["terms"] for name in names if not exists(name)]
    if wrong:
        raise SystemExit(f"scripts/glossary.toml names what the package does not have: {', '.join(wrong)}")


def table(kind: type[StrEnum], head: str, language: str) -> Iterator[str]:
    yield f"### {titled(kind, language)}"
    rows = []
    for member in kind:
        korean = ", ".join(member.names) if isinstance(member, OpenEnum) else getattr(member, "korean", "")
        code = member.code if isinstance(member, OpenEnum) else member.value
        rows.append(f"| {korean} | `{kind.__name__}.{member.name}` | {f'`{code}`' if code else '–'} |")
    yield "\n".join([head, "|---|---|---|", *rows])


def page(language: str) -> str:
    words = WORDS[language]
    parts = [NOTE.strip(), f"# {words['title']}", words["intro"], *hand_kept(words["head"], language)]
    parts += [f"## {words['codes']}", words["codes_intro"]]
    for kind in kinds(models, OpenEnum):
        parts += table(kind, words["codes_head"], language)
    parts += [f"## {words['settings']}", words["settings_intro"]]
    for kind in kinds(config, KoreanWord):
        parts += table(kind, words["settings_head"], language)
    return "\n\n".join(parts) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a page differs")
    check = parser.parse_args().check
    stale = []
    for language, path in PAGES.items():
        text = page(language)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(str(path.relative_to(ROOT)))
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        print(f"{', '.join(stale)} out of step with the code; run scripts/glossary.py")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
