"""Write docs/errors.md and docs/errors.ko.md, or check that they are in step.

The exceptions and their meaning come from `errors.py`, what to do from `scripts/errors.toml`; gates, reasons of a
verdict and reasons of a plan come from the code that makes them. An exception without an entry stops the script.
"""

from __future__ import annotations

import argparse
import ast
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import attrs

from wemakeprice_sdk import errors
from wemakeprice_sdk.config import (
    ChannelConfig,
    ConfirmationMode,
    LinkState,
    OnboardingState,
    OrderConfirmation,
    Switches,
)
from wemakeprice_sdk.policy import ActionKind, GateStep, LinkFlags
from wemakeprice_sdk.policy.gates import explain
from wemakeprice_sdk.runner import verdicts

ROOT = Path(__file__).resolve().parent.parent
ENTRIES = ROOT / "scripts" / "errors.toml"
PAGES = {"en": ROOT / "docs" / "errors.md", "ko": ROOT / "docs" / "errors.ko.md"}
POLICY = ROOT / "src" / "wemakeprice_sdk" / "policy"
NOTE = "<!-- Written by scripts/errors_page.py; edit scripts/errors.toml or the class. -->\n"
AGAIN = {
    "en": {
        "as-is": "yes",
        "later": "yes, after a while",
        "fixed": "after a correction",
        "never": "**no**, look first",
    },
    "ko": {
        "as-is": "예",
        "later": "예, 잠시 뒤에",
        "fixed": "수정한 뒤에",
        "never": "**아니요**, 먼저 확인해 주세요",
    },
}
WORDS = {
    "en": {
        "title": "Errors (오류)",
        "intro": "Every exception of the library, what it means, what to do, and whether the same call may be made again. A "
        "runner makes these decisions by itself; its report names the reasons at the end of this page. Texts of "
        "the marketplace are kept in `text` of an `ApiError`; the rules that tell them apart are "
        "[reconstructed](evidence.md).",
        "errors": "Exceptions (예외) {#exceptions}",
        "errors_head": "| Exception | Meaning | What to do | Again? |",
        "gates": "Gates (설정) {#gates}",
        "gates_intro": "`GateClosedError.gate`, and the gate of a blocked action. The first closed one is named, in this order.",
        "gates_head": "| Gate | Meaning | Korean text and remedy |",
        "verdicts": "Reasons of a verdict (판정 사유) {#verdicts}",
        "verdicts_intro": "`report.verdict` and its reasons; the worst one decides.",
        "verdicts_head": "| Reason | Verdict | Meaning | What to do |",
        "reasons": "Reasons of a plan (사유) {#reasons}",
        "reasons_intro": "Why a plan acts, holds or leaves something alone. `…` stands for a number or a name of the case.",
        "reasons_head": "| Reason | Meaning | Korean text |",
    },
    "ko": {
        "title": "오류",
        "intro": "라이브러리의 모든 예외와 그 뜻, 해야 할 일, 같은 호출을 다시 해도 되는지를 정리했습니다. 러너는 이 판단을 스스로 "
        "하며, 보고서에는 이 페이지 끝의 사유가 표시됩니다. 위메프가 보낸 문구는 `ApiError`의 `text`에 남습니다. 문구를 "
        "구분하는 규칙은 [재구성](evidence.md)한 것입니다.",
        "errors": "예외 {#exceptions}",
        "errors_head": "| 예외 | 뜻 | 해야 할 일 | 다시 호출 |",
        "gates": "설정(게이트) {#gates}",
        "gates_intro": "`GateClosedError.gate`와 막힌 작업의 게이트입니다. 이 순서에서 처음으로 막은 것이 표시됩니다.",
        "gates_head": "| 게이트 | 문구와 해결 방법 | 영어 문구 |",
        "verdicts": "판정 사유 {#verdicts}",
        "verdicts_intro": "`report.verdict`와 그 사유입니다. 가장 무거운 사유가 판정을 정합니다.",
        "verdicts_head": "| 사유 | 판정 | 뜻 | 해야 할 일 |",
        "reasons": "계획의 사유 {#reasons}",
        "reasons_intro": "계획이 왜 실행하거나, 보류하거나, 그대로 두는지를 나타냅니다. `…`에는 해당 건의 번호나 이름이 들어갑니다.",
        "reasons_head": "| 사유 | 문구 | 영어 문구 |",
    },
}


def tree(
    cls: type[errors.WemakepriceError], depth: int = 0
) -> Iterator[tuple[type[errors.WemakepriceError], int]]:
    """Yield the exceptions in the order in which they are written, each below its parent."""
    yield cls, depth
    for child in cls.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child, depth + 1)


def cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def table(head: str, rows: Iterator[tuple[str, ...]]) -> str:
    line = "|" + "---|" * (head.count("|") - 1)
    return "\n".join([head, line, *("| " + " | ".join(map(cell, row)) + " |" for row in rows)])


def exceptions(language: str) -> Iterator[tuple[str, ...]]:
    entries = tomllib.loads(ENTRIES.read_text(encoding="utf-8"))
    known = [cls.__name__ for cls, _ in tree(errors.WemakepriceError)]
    if wrong := set(known) ^ set(entries):
        raise SystemExit(f"scripts/errors.toml and errors.py differ in {', '.join(sorted(wrong))}")
    for cls, depth in tree(errors.WemakepriceError):
        entry, korean = entries[cls.__name__], language == "ko"
        meaning = entry["ko"] if korean else (cls.__doc__ or "").split("\n\n")[0]
        name = "· " * depth + f"`{cls.__name__}`"
        yield name, meaning, entry["next_ko" if korean else "next"], AGAIN[language][entry["again"]]


def configurations() -> Iterator[ChannelConfig]:
    """Yield configurations in which every gate is closed once."""
    ready = ChannelConfig(
        "shop",
        "shop",
        "an-invented-key",
        onboarding=OnboardingState.COMPLETE,
        link=LinkState.APPROVED,
        runple=True,
    )
    yield from (attrs.evolve(ready, onboarding=state) for state in OnboardingState)
    yield from (attrs.evolve(ready, link=state) for state in LinkState)
    yield from (attrs.evolve(ready, confirmation=OrderConfirmation(mode=mode)) for mode in ConfirmationMode)
    closed = ("master", "product_api", "order_api", "cs_api", "sku_sync")
    yield from (attrs.evolve(ready, switches=Switches(**{name: False})) for name in closed)
    yield attrs.evolve(ready, switches=Switches(cs_kinds=(), sku_sync=True))


def gates(language: str) -> Iterator[tuple[str, ...]]:
    flags = [LinkFlags(sku_link=linked, stock_sync=False) for linked in (False, True)]
    closed = {
        row.gate: row
        for config, kind, link in product(configurations(), ActionKind, [None, *flags])
        for row in explain(config, kind, flags=link).rows
        if not row.is_open
    }
    steps = list(GateStep)
    for row in sorted(closed.values(), key=lambda row: (steps.index(row.step), row.gate)):
        texts = (row.reason.text, row.reason.text_ko)
        yield (f"`{row.gate}`", *(texts if language == "en" else reversed(texts)))


def verdict_reasons(language: str) -> Iterator[tuple[str, ...]]:
    made = [value for value in vars(verdicts).values() if isinstance(value, verdicts.VerdictReason)]
    made += [reason for _, reason in verdicts._ERRORS]
    for reason in sorted(made, key=lambda one: -one.verdict.weight):
        if language == "en":
            yield f"`{reason.code}`", str(reason.verdict), reason.text, reason.next_step
        else:
            yield f"`{reason.code}`", reason.verdict.korean, reason.text_ko, reason.next_step_ko


def text_of(node: ast.expr) -> str | None:
    """Return a text as it is written, with … for what is filled in; None for what is no text."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) or "…" for part in parts)
    return None


def plan_reasons(language: str) -> Iterator[tuple[str, ...]]:
    found: dict[str, tuple[str, str]] = {}
    for path in sorted(POLICY.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") in {"Reason", "_why"}
                and len(node.args) == 4
            ):
                code, _, text, korean = map(text_of, node.args)
                if code and text and korean and path.name != "gates.py":
                    found.setdefault(code, (text, korean))
    for code, texts in sorted(found.items()):
        yield (f"`{code}`", *(texts if language == "en" else reversed(texts)))


def page(language: str) -> str:
    words = WORDS[language]
    parts = [f"# {words['title']}", NOTE + "\n" + words["intro"]]
    for name, rows in (
        ("errors", exceptions),
        ("gates", gates),
        ("verdicts", verdict_reasons),
        ("reasons", plan_reasons),
    ):
        parts.append(f"## {words[name]}")
        if intro := words.get(f"{name}_intro"):
            parts.append(intro)
        parts.append(table(words[f"{name}_head"], rows(language)))
    return "\n\n".join(parts) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; say whether the pages are in step"
    )
    check = parser.parse_args().check
    stale = []
    for language, path in PAGES.items():
        text = page(language)
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path.relative_to(ROOT)))
        if not check:
            path.write_text(text, encoding="utf-8")
    if stale and check:
        print(f"not in step, run scripts/errors_page.py: {', '.join(stale)}")
    return int(bool(stale) and check)


if __name__ == "__main__":
    raise SystemExit(main())
