"""The Korean that a seller reads: one name for one thing, no guessed particle, no wire key, polite to the end."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import attrs
import pytest

from wemakeprice_sdk.client import WemakepriceClient
from wemakeprice_sdk.policy.actions import RejectCancel

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "wemakeprice_sdk"

HANGUL = re.compile(r"[가-힣]")
VALUE = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands where a value is put into a text."""

# Which form a particle takes depends on the last sound of the word before it, and that of a value is not known.
# Forms that never change (에, 에서, 부터, 보다, 이면, 이어야, 입니다) may follow one.
PARTICLES = (
    "은", "는", "이", "가", "을", "를", "와", "과", "으로", "로", "으로는", "로는", "이나", "나", "이며", "며",
    "이고", "고", "이라", "라", "이라고", "라고", "이란", "란", "이랑", "랑", "여야", "예요", "아", "야",
    "으로부터", "로부터", "으로서", "로서", "으로써", "로써", "은(는)", "는(은)", "이(가)", "가(이)", "을(를)",
    "를(을)", "와(과)", "과(와)", "(으)로", "(이)나", "(이)며", "(이)라", "(이)여야",
)  # fmt: skip
_PARTICLE = "|".join(re.escape(particle) for particle in sorted(PARTICLES, key=len, reverse=True))
_SPACED = r"\s(?:은|는|을|를|와|과|으로)"
GUESSED = re.compile(
    rf"{VALUE}['\"’”`\]]*(?:{_PARTICLE}|{_SPACED})(?![가-힣(])|(?:은\(는\)|이\(가\)|을\(를\)|\(으\)로)"
)

BANNED = {
    r"배송정책|배송정보명": "배송 템플릿(명)",
    r"주문확인(?!일)": "발주확인",
    r"고객문의": "CS",
    r"상품 Q&A": "상품문의",
    r"(?<!상품문의\()판매자문의": "상품문의(판매자문의)",
    r"회수(?!지)": "수거",
    r"한국 시각|한국시[간각]": "한국 시간",
    r"연장 기준일": "연장 기준 일수",
    r"판매 종료": "판매채널 정리, or the product state 판매종료",
    r"사이트": "위메프",
    r"하십시오|하시오|[가-힣]십시오": "…해 주세요",
    r"(?:으|하|[가-힣])세요(?<!주세요)": "…해 주세요",
    r"응답을 잃|잃어버": "응답이 유실되…",
    r"대역 서버": "모의(mock) 서버",
    r"취소 응답": "취소신청 처리",
    r"한 번 이상 가져|1회 가져와야": "배송 템플릿을 먼저 1회 가져와 주세요",
    r"(?:수거요청|교환배송)되어": "수거요청이, 교환배송이 등록되어",
}
"""What a seller must not read, and what stands there instead."""

WIRE_KEY = re.compile(r"(?<![A-Za-z_.{])[a-z]+[a-z0-9]*[A-Z][A-Za-z0-9]*")
POLITE = re.compile(r"(?:니다|주세요)$")
BLUNT = re.compile(
    r"(?:한다|된다|있다|없다|않다|이다|하다|됨|있음|없음|않음|필요|불가|불가능|하세요|해요|바람)[.!]?$"
)

# What the marketplace itself says or calls its columns, and tables of its codes: kept to the letter.
NOT_OURS = ("sandbox/", "models/codes.py", "testing/stub.py")
GENERATED = "_sync"
ITS_TEXTS = {"_refusal", "_error", "Refusal"}
"""Calls whose first argument is a refusal as the marketplace words it."""
SYNONYMS = {"config/switches.py": {"판매자문의", "상품문의"}}
"""Words that a seller may write, which is the reason why they are there."""

SENTENCES = {
    "Reason", "Broken", "Violation", "Sign", "GateClosedError", "applied", "not_applied", "undecided", "conflict",
    "_why", "single", "add", "require", "_window_error",
}  # fmt: skip
"""Calls whose last text is a Korean sentence."""
LABELS = {
    "코드 없음",
    "판단 불가",
    "연장하지 않음",
    "이미 등록됨",
    "확인 필요",
    "담당자 확인 필요",
    "설정 확인 필요",
}
"""Names of states, which are no sentences."""
ASIDE = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)")


class Text(NamedTuple):
    """A Korean text of the source, with `VALUE` where something is put in."""

    file: str
    line: int
    text: str
    is_docstring: bool
    is_sentence: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


def flat(node: ast.expr) -> str | None:
    """Return a literal, an f-string or a sum of them as one text; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(flat(part) or "" if isinstance(part, ast.Constant) else VALUE for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = flat(node.left), flat(node.right)
        return None if left is None and right is None else (left or VALUE) + (right or VALUE)
    return None


def name_of(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


class Collector(ast.NodeVisitor):
    """Collects the Korean texts of one module."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Text] = []
        self.sentences: set[int] = set()

    def take(self, node: ast.expr, text: str, *, is_docstring: bool = False) -> None:
        if HANGUL.search(text):
            is_sentence = id(node) in self.sentences
            self.found.append(Text(self.file, node.lineno, text, is_docstring, is_sentence))

    def visit_Expr(self, node: ast.Expr) -> None:
        text = flat(node.value)
        if text is None:
            self.generic_visit(node)
        else:
            self.take(node.value, text, is_docstring=True)

    def visit_Call(self, node: ast.Call) -> None:
        if name_of(node) in SENTENCES and node.args:
            texts = [argument for argument in node.args if HANGUL.search(flat(argument) or "")]
            self.sentences.update(id(argument) for argument in texts[-1:])
        left_out = node.args[:1] if name_of(node) in ITS_TEXTS else []
        for child in ast.iter_child_nodes(node):
            if child not in left_out:
                self.visit(child)

    def visit_Constant(self, node: ast.Constant) -> None:
        self.literal(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.literal(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        text = flat(node)
        if text is None:
            self.generic_visit(node)
        else:
            self.take(node, text)

    def literal(self, node: ast.expr) -> None:
        text = flat(node)
        if text is not None:
            self.take(node, text)


def texts_of(source: str, file: str) -> list[Text]:
    collector = Collector(file)
    collector.visit(ast.parse(source))
    return [text for text in collector.found if text.text not in SYNONYMS.get(file, set())]


def all_texts() -> Iterator[Text]:
    for path in sorted(SOURCE.rglob("*.py")):
        file = path.relative_to(SOURCE).as_posix()
        if not file.startswith(NOT_OURS) and GENERATED not in path.parts:
            yield from texts_of(path.read_text("utf-8"), file)


TEXTS = list(all_texts())


def guessed_particles(texts: list[Text]) -> list[str]:
    return [str(text) for text in texts if not text.is_docstring and GUESSED.search(text.text)]


def banned_words(texts: list[Text]) -> list[str]:
    return [
        f"{text} → {instead}"
        for text in texts
        for word, instead in BANNED.items()
        if re.search(word, text.text)
    ]


def korean_parts(text: str) -> list[str]:
    """Return the text, or its Korean asides where the sentence itself is English."""
    outside = ASIDE.sub("", text)
    if HANGUL.search(outside):
        return [text]
    return [aside for aside in ASIDE.findall(text) if HANGUL.search(aside)]


def wire_keys(texts: list[Text]) -> list[str]:
    return [
        f"{text} has {key[0]}"
        for text in texts
        if not text.is_docstring
        for part in korean_parts(text.text)
        if (key := WIRE_KEY.search(part))
    ]


def is_polite(text: str) -> bool:
    """Return whether a sentence ends politely; an aside, a value or a list after a colon may follow it."""
    heads = (text, text.split(": ", maxsplit=1)[0]) if text.endswith(VALUE) else (text,)
    return any(POLITE.search(_bare(head)) for head in heads)


def _bare(text: str) -> str:
    without_aside = re.sub(r"\([^()]*(?:\([^()]*\))?[^()]*\)$", "", text.strip())
    return without_aside.rstrip(f" .'\"{VALUE}")


def impolite(texts: list[Text]) -> list[str]:
    return [
        str(text)
        for text in texts
        if not text.is_docstring and text.text not in LABELS
        for part in map(str.strip, korean_parts(text.text))
        if (BLUNT.search(part) and " " in part) or (text.is_sentence and not is_polite(part))
    ]


def test_one_reject_has_one_text() -> None:
    """Whoever sends it, the client called directly or a plan, the buyer reads the same sentence."""
    with WemakepriceClient("a-key", base_url="https://127.0.0.1") as client:
        sent = inspect.signature(client.claims.reject).parameters["reject_reason_detail"].default
    assert sent == attrs.fields(RejectCancel).reason_detail.default == "이미 출고된 주문입니다."


def test_the_walk_reaches_the_rooms_where_a_seller_reads() -> None:
    rooms = {text.file.split("/")[0] for text in TEXTS if not text.is_docstring}
    assert rooms >= {"cli", "client", "clock.py", "config", "excel", "files", "ledger", "models", "policy"}
    assert rooms >= {"runner", "secrets.py", "wire"}
    assert sum(text.is_sentence for text in TEXTS) > 300
    assert not any(text.file.startswith("sandbox") for text in TEXTS)


def test_no_particle_is_guessed_after_a_value() -> None:
    assert guessed_particles(TEXTS) == []


def test_one_thing_has_one_name() -> None:
    assert banned_words(TEXTS) == []


def test_no_wire_key_stands_inside_korean() -> None:
    assert wire_keys(TEXTS) == []


def test_every_sentence_ends_politely() -> None:
    assert impolite(TEXTS) == []


def test_readme_and_docs_use_the_same_names() -> None:
    pages = [ROOT / "README.md", ROOT / "README.ko.md", *sorted(ROOT.glob("docs/**/*.md"))]
    lines = [
        Text(page.name, number, line, is_docstring=False, is_sentence=False)
        for page in pages
        for number, line in enumerate(page.read_text("utf-8").split("\n"), 1)
        # The glossary names the other words on purpose.
        if HANGUL.search(line) and "주문확인건만" not in line and not page.name.startswith("glossary")
    ]
    assert banned_words(lines) == []


def test_the_contract_names_its_fields_alike() -> None:
    for page in ("openapi.yaml", "CONTRACT.md"):
        text = (ROOT / "contract" / page).read_text("utf-8").replace("headed 판매자 배송정책 조회", "")
        assert re.findall(r"배송정책|배송정보명|상품 Q&A|고객문의|주문확인\(", text) == []


@pytest.mark.parametrize(
    "seed",
    [
        'raise E(f"{name}은 없습니다")',
        "raise E(f\"'{name}'를 찾을 수 없습니다\")",
        'raise E(f"{state}(으)로 제한된 파일입니다")',
        'raise E(f"종류 {kind!r} 은(는) 없습니다")',
        'raise E(f"{form}여야 합니다")',
        'raise E(name + "이며 다른 값입니다")',
        'raise E(f"{mode}으로 설정되어 있습니다")',
        "raise E(f\"'{mode}' 으로 설정되어 있습니다\")",
        'raise E(f"channels[{index}]와 이름이 같습니다")',
    ],
)
def test_a_guessed_particle_is_found(seed: str) -> None:
    assert guessed_particles(texts_of(seed, "seed.py"))


@pytest.mark.parametrize(
    "fine",
    [
        'f"{count}개로 한도를 넘습니다"',
        'f"{day}에 자동 승인됩니다"',
        'f"{state}입니다"',
        'f"{text}이어야 합니다"',
        'f"{text}이면 필수입니다"',
        'f"{low} 이상이어야 합니다"',
        'f"기한({due})이 지났습니다"',
        'f"{first}번 행과 같습니다"',
    ],
)
def test_what_fits_every_value_is_no_offence(fine: str) -> None:
    assert guessed_particles(texts_of(f"raise E({fine})", "seed.py")) == []


@pytest.mark.parametrize(
    "word",
    ["배송정책 번호", "배송정보명", "주문확인된 상태입니다", "상품이 회수되었습니다", "한국 시각", "한국시간", "고객문의", "상품 Q&A 답변",
     "판매자문의", "입력하십시오", "load_config로 읽으세요", "먼저 가져오세요", "연장 기준일", "사이트나 주문", "판매 종료를 준비"],
)  # fmt: skip
def test_a_banned_word_is_found_in_texts_and_docstrings(word: str) -> None:
    assert banned_words(texts_of(f'raise E("{word}")', "seed.py"))
    assert banned_words(texts_of(f'def f():\n    """Read ({word})."""', "seed.py"))


@pytest.mark.parametrize(
    "word",
    ["주문확인일", "회수지 우편번호", "한국 시간", "상품문의(판매자문의)", "적어 주세요", "연장 기준 일수"],
)
def test_the_right_word_is_no_offence(word: str) -> None:
    assert banned_words(texts_of(f'raise E("{word}")', "seed.py")) == []


def test_a_wire_key_is_found_and_the_english_around_it_is_not() -> None:
    assert wire_keys(texts_of('raise E("purchaseLimitYn 값이 Y이면 필수입니다")', "seed.py"))
    assert wire_keys(
        texts_of('raise E("the key is gone (배송유형(bundleKind)은 바꿀 수 없습니다)")', "seed.py")
    )
    assert not wire_keys(texts_of('raise E("bundleKind is fixed (배송유형은 바꿀 수 없습니다)")', "seed.py"))
    assert not wire_keys(texts_of('raise E("SKU와 API 연동설정을 max_affected까지 켜 주세요")', "seed.py"))


@pytest.mark.parametrize(
    "seed",
    [
        'Violation("a", "b", "c", "is wrong", "값이 틀림")',
        'raise ConfigError.single("a", "b", "c", "is wrong", "값이 없다")',
        'Reason("a", "1.1", "is wrong", f"값 {VALUE}이 필요")',
        'undecided("is wrong", "파트너센터에서 확인 바람")',
        'raise E("the file is empty (파일이 비어 있음)")',
    ],
)
def test_a_blunt_ending_is_found(seed: str) -> None:
    assert impolite(texts_of(seed, "seed.py"))


def test_a_polite_ending_may_be_followed_by_an_aside_or_a_list() -> None:
    source = """
Reason("a", "1", "b", f"값을 확인해 주세요: {names}")
Reason("a", "1", "b", "시각이 필요합니다(예: +09:00)")
Reason("a", "1", "b", "첫 문장입니다. 다시 저장(resave)해 주세요")
"""
    assert impolite(texts_of(source, "seed.py")) == []


def test_the_marketplace_keeps_its_own_words() -> None:
    assert texts_of('_refusal("주문확인건만", FIRST, "B")', "seed.py") == []
