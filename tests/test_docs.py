"""Every code block of the README and the docs runs, parses, or is a command that the checks run."""

import contextlib
import io
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import indent

import click
import pytest
import yaml
from sybil import Document
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from wemakeprice_sdk.cli.app import app

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
NOT_RUN = {
    "usage": "a help text, held current by scripts/command_pages.py",
    "tree": "a drawing",
    "mermaid": "a drawing",
}


class Page:
    """Runs the blocks of one page in order, in one namespace, as a reader would."""

    def __init__(self, folder: Path) -> None:
        self.namespace: dict[str, object] = {"__name__": "__main__"}
        self.folder = folder
        self.printed: str | None = None

    def python(self, source: str, line: int, path: str) -> None:
        code = compile("\n" * line + source, path, "exec", dont_inherit=True)
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.chdir(self.folder):
            exec(code, self.namespace)
        self.printed = out.getvalue()

    def text(self, source: str) -> None:
        assert self.printed is not None, "a text block shows what the python block before it prints"
        assert source.strip() == self.printed.strip()
        self.printed = None

    def bash(self, source: str) -> None:
        for command in source.replace("\\\n", " ").strip().splitlines():
            run_command(command.partition("#")[0].strip(), self.folder)


def run_command(command: str, folder: Path) -> None:
    if not command:
        return
    words = shlex.split(command)
    if words[0] == "make":
        assert re.search(rf"^{re.escape(command)}\b", CI, re.MULTILINE), f".ci/run does not run {command!r}"
    elif words[:2] == ["pip", "install"]:
        assert words[2].partition("[")[0] == ".", (
            "no package index carries the library: it installs from a checkout"
        )
        assert "make wheel" in CI
    elif words[0] in {"python", "wemakeprice"}:
        rest = words[1:] if words[0] == "python" else ["-m", "wemakeprice_sdk", *words[1:]]
        subprocess.run([sys.executable, *rest], cwd=folder, check=True, timeout=120, capture_output=True)
    else:
        raise AssertionError(f"no check knows how to run {command!r}")


def parse_command(words: list[str]) -> None:
    """Refuse a command line that names no command, or an option or a value that it does not take."""
    command: click.Command | None = app
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    command.make_context("wemakeprice", words)


def evaluate(page: Page, language: str, source: str, line: int, path: str) -> None:
    match language:
        case "python":
            page.python(source, line, path)
        case "text":
            page.text(source)
        case "bash":
            page.bash(source)
        case "toml":
            tomllib.loads(source)
        case "json":
            json.loads(source)
        case "yaml":
            list(yaml.safe_load_all(source))
        case "console":
            for words in re.findall(r"^\$ wemakeprice (.+)$", source, re.MULTILINE):
                parse_command(shlex.split(words))
        case shown if shown.startswith("file:"):
            # The file itself is run by tests/examples; the lexer took away the indent that all lines share.
            text = (ROOT / shown.removeprefix("file:")).read_text(encoding="utf-8")
            assert any(indent(source, " " * depth) in text for depth in range(0, 17, 4)), f"not in {shown}"
        case _:
            assert language in NOT_RUN, f"a {language!r} block has no check"


INFO = r'(?P<language>[^\s`]*)(?:[^\n]*title="(?P<title>[^"\n]+)")?[^\n]*$\n'
LEXER = RawFencedCodeBlockLexer(re.compile(INFO, re.MULTILINE))


def blocks(path: Path) -> list[tuple[str, str, int]]:
    """Return language, source and line of every fenced block; one with a title shows a part of that file."""
    text = path.read_text(encoding="utf-8")
    regions = LEXER(Document(text, str(path)))
    return [
        (
            f"file:{found.lexemes['title']}" if found.lexemes["title"] else str(found.lexemes["language"]),
            str(found.lexemes["source"]),
            text.count("\n", 0, found.start) + 1,
        )
        for found in regions
    ]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_code_block_runs(path: Path, tmp_path: Path) -> None:
    page = Page(tmp_path)
    for language, source, line in blocks(path):
        try:
            evaluate(page, language, source, line, str(path))
        except Exception as error:
            error.add_note(f"{path.relative_to(ROOT)}:{line}")
            raise


def test_a_wrong_block_would_be_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# x\n\n```python\nprint(1)\n```\n\n```text\n2\n```\n", encoding="utf-8")
    (first, second) = blocks(page)
    assert first == ("python", "print(1)\n", 3)
    runner = Page(tmp_path)
    evaluate(runner, *first, str(page))
    with pytest.raises(AssertionError):
        evaluate(runner, *second, str(page))
    with pytest.raises(AssertionError, match="no check"):
        evaluate(runner, "fortran", "", 1, str(page))
    page.write_text('```cron title="examples/crontab"\n* * * * * true\n```\n', encoding="utf-8")
    (shown,) = blocks(page)
    assert shown[0] == "file:examples/crontab"
    with pytest.raises(AssertionError):
        evaluate(runner, *shown, str(page))


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_a_readme_links_nowhere_into_the_repository(name: str) -> None:
    """A package index shows the README too; a relative link leads nowhere there."""
    targets = re.findall(r"\]\(([^)\s]+)\)", (ROOT / name).read_text(encoding="utf-8"))
    assert [target for target in targets if not target.startswith(("https://", "#"))] == []


def test_both_readmes_show_the_same_examples() -> None:
    """Their code differs in the printed words only: the same number of blocks of the same languages."""
    english, korean = (
        [language for language, _, _ in blocks(ROOT / name)] for name in ("README.md", "README.ko.md")
    )
    assert english == korean


TWINS = sorted(path for path in ROOT.glob("docs/**/*.ko.md"))


@pytest.mark.parametrize("korean", TWINS, ids=lambda path: str(path.relative_to(ROOT / "docs")))
def test_a_page_has_the_same_blocks_in_both_languages(korean: Path) -> None:
    """They may differ in printed words and invented names only: languages, order and length of the code stay."""
    english = korean.with_name(korean.name.replace(".ko.md", ".md"))
    shapes = [
        # Help wraps where the words of a language end.
        [(language, 0 if language == "usage" else source.count("\n")) for language, source, _ in blocks(page)]
        for page in (english, korean)
    ]
    assert shapes[0] == shapes[1]


def test_every_page_is_in_both_languages() -> None:
    """The reference is written once, in English under Korean headings."""
    pages = {path.relative_to(ROOT / "docs") for path in ROOT.glob("docs/**/*.md")}
    english = {
        str(page)[: -len(".md")] for page in pages if page.parts[0] != "reference" and ".ko." not in page.name
    }
    korean = {str(page)[: -len(".ko.md")] for page in pages if ".ko." in page.name}
    assert english - korean == set()
    assert korean - english == set()


def test_no_page_holds_what_a_merge_left() -> None:
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "contract").glob("*")):
        marks = [
            line for line in page.read_text("utf-8").splitlines() if line.startswith(("<<<<<<<", ">>>>>>>"))
        ]
        assert not marks, page.name
