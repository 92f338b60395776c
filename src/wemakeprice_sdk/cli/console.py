"""What a command talks to: streams, language, form of the output, questions, progress."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import TYPE_CHECKING, Final, Literal, Self, TextIO, TypeAlias
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from wemakeprice_sdk.models.tables import TableCell

Language: TypeAlias = Literal["en", "ko"]
OutputForm: TypeAlias = Literal["table", "json", "csv"]
PrintedRow: TypeAlias = "Mapping[str, TableCell]"

_LOCALES: Final = ("LC_ALL", "LC_MESSAGES", "LANG")
_WIDEST: Final = 60
_AS_NAMED: Final[Mapping[str, str]] = {}


class Bilingual(str):
    """An English text that knows its Korean, so that both stand where they are said."""

    __slots__ = ("korean",)
    korean: str

    def __new__(cls, english: str, korean: str) -> Self:
        """Make the pair."""
        made = super().__new__(cls, english)
        made.korean = korean
        return made


def said(text: str, language: Language) -> str:
    """Return a text in a language; a plain one is the same in both."""
    return text.korean if language == "ko" and isinstance(text, Bilingual) else str(text)


def language_of(words: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language: `--lang` anywhere on the line, else the locale's."""
    for number, word in enumerate(words):
        chosen = word.removeprefix("--lang=") if word.startswith("--lang=") else ""
        if word == "--lang" and number + 1 < len(words):
            chosen = words[number + 1]
        if chosen:
            return "ko" if chosen == "ko" else "en"
    locale = next((environ[name] for name in _LOCALES if environ.get(name)), "")
    return "ko" if locale.lower().startswith("ko") else "en"


class CommandError(Exception):
    """A command cannot go on: what happened, what to do next, and the exit code."""

    def __init__(self, text: str, next_step: str = "", code: int = 1) -> None:
        self.text, self.next_step, self.code = text, next_step, code
        super().__init__(text)


def padded(text: str, width: int) -> str:
    """Fill a text up to a width on the screen, where a Korean letter takes two places."""
    return text + " " * (width - screen_width(text))


def screen_width(text: str) -> int:
    """Count the places a text takes on the screen."""
    return sum(1 + (east_asian_width(letter) in "WF") for letter in text)


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines of so many places on the screen; a word is never broken."""
    lines = [""]
    for word in text.split():
        line = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and screen_width(line) > width:
            lines.append(word)
        else:
            lines[-1] = line
    return lines


class Console:
    """Where a command reads and writes.

    `language` and `form` are what the command line chose, `yes` says that it answered questions already,
    `code` is the exit code of a command that ends by itself. No attrs class: `--help` need not load attrs.
    """

    def __init__(self, language: Language = "en", *, traceback: bool = False) -> None:
        self.language: Language = language
        self.traceback = traceback
        self.form: OutputForm = "table"
        self.yes = False
        self.code = 0
        self._line = False

    @classmethod
    def of(cls, words: Sequence[str], environ: Mapping[str, str] = os.environ) -> Console:
        """Return the console for a command line."""
        return cls(language_of(words, environ), traceback="--traceback" in words)

    @property
    def out(self) -> TextIO:
        """Standard output, as it is now."""
        return sys.stdout

    @property
    def for_koreans(self) -> bool:
        """Whether a Korean reads it, not a program."""
        return self.language == "ko" and self.form == "table"

    def text(self, text: str) -> str:
        """Return a text in the language of the command."""
        return said(text, self.language)

    def say(self, *texts: object) -> None:
        """Print one line of results."""
        self.out.write(" ".join(self.text(one) if isinstance(one, str) else str(one) for one in texts) + "\n")

    def tell(self, text: str) -> None:
        """Print one line that is no result: it goes to stderr."""
        self.clear()
        sys.stderr.write(f"{self.text(text)}\n")
        sys.stderr.flush()

    def facts(self, rows: Iterable[tuple[str, object]]) -> None:
        """Print names with their values, in the chosen form."""
        named = [(self.text(name), value) for name, value in rows]
        if self.form != "table":
            self.rows([{str.__str__(name): _plain(value) for name, value in rows}])
            return
        width = max((screen_width(name) for name, _ in named), default=0)
        for name, value in named:
            shown = self.text(value) if isinstance(value, str) else value
            self.say(f"  {padded(name, width)}  {_printable(shown)}".rstrip())

    def rows(
        self, rows: Iterable[PrintedRow], columns: Sequence[str] = (), headings: Mapping[str, str] = _AS_NAMED
    ) -> int:
        """Print rows in the chosen form and return their number.

        A table shows `columns` only, under their `headings`.
        """
        if self.form == "json":
            return self._json(rows)
        if self.form == "csv":
            return self._csv(rows)
        return self._table(list(rows), columns, headings)

    def _json(self, rows: Iterable[PrintedRow]) -> int:
        count = 0
        # A console that cannot show a letter would get \U escapes, which are no JSON.
        ascii_only = (self.out.encoding or "").lower().replace("-", "") != "utf8"
        for count, row in enumerate(rows, 1):
            self.out.write("[\n" if count == 1 else ",\n")
            self.out.write(json.dumps(row, ensure_ascii=ascii_only, default=_iso))
        self.out.write("\n]\n" if count else "[]\n")
        return count

    def _csv(self, rows: Iterable[PrintedRow]) -> int:
        from wemakeprice_sdk.runner.export.tables import safe_text

        writer, count = csv.writer(self.out, lineterminator="\n"), 0
        for count, row in enumerate(rows, 1):
            if count == 1:
                writer.writerow([safe_text(name) for name in row])
            writer.writerow(
                [safe_text(value) if isinstance(value, str) else _plain(value) for value in row.values()]
            )
        return count

    def _table(self, rows: Sequence[PrintedRow], columns: Sequence[str], headings: Mapping[str, str]) -> int:
        names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
        head = [headings.get(name, name) for name in names]
        lines = [head, *([_shown(row.get(name)) for name in names] for row in rows)]
        widths = [max(screen_width(line[at]) for line in lines) for at in range(len(names))]
        for line in lines if rows else ():
            self.say(
                "  ".join(padded(cell, width) for cell, width in zip(line, widths, strict=True)).rstrip()
            )
        if not rows:
            self.tell(Bilingual("nothing found", "해당하는 자료가 없습니다"))
        return len(rows)

    def confirm(self, question: str) -> None:
        """Ask before something is changed; raise `CommandError` for a no, and where nobody can be asked."""
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(
                Bilingual(
                    "there is no terminal to ask on; nothing was changed",
                    "확인할 터미널이 없어 변경하지 않았습니다",
                ),
                Bilingual(
                    "pass --yes to go on without a question", "확인 없이 실행하려면 --yes를 붙여 주세요"
                ),
            )
        self.clear()
        sys.stderr.write(f"{self.text(question)} [y/N] ")
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() not in {"y", "yes", "예", "네"}:
            raise CommandError(
                Bilingual("not confirmed; nothing was changed", "확인하지 않아 변경하지 않았습니다")
            )

    def secret(self, question: str) -> str:
        """Ask for a secret without showing it; raise `CommandError` where nobody can be asked."""
        from getpass import getpass

        if not sys.stdin.isatty():
            raise CommandError(
                Bilingual("there is no terminal to ask for the key on", "인증키를 입력할 터미널이 없습니다"),
                Bilingual("set WEMAKEPRICE_API_KEY", "환경변수 WEMAKEPRICE_API_KEY를 설정해 주세요"),
                78,
            )
        return getpass(f"{self.text(question)}: ", stream=sys.stderr)

    def progress(self, what: str, done: int, total: int | None) -> None:
        """Show how far something came, on a terminal only."""
        if sys.stderr.isatty():
            self._line = True
            sys.stderr.write(f"\r\x1b[K{what} {done}{'' if total is None else f'/{total}'}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line of the progress away."""
        if self._line:
            self._line = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _plain(value: object) -> TableCell:
    return value if value is None or isinstance(value, bool | int | float | str | date) else str(value)


def _iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _printable(value: object) -> str:
    """Return a text on one line; what a buyer wrote may hold sequences that a terminal obeys."""
    return "".join(letter for letter in " ".join(str(value).split()) if letter.isprintable())


def _shown(value: object) -> str:
    if value is None:
        return ""
    text = _printable(value)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


@contextmanager
def spooled(file: os.PathLike[str]) -> Iterator[os.PathLike[str]]:
    """Return the file; a pipe, and standard input as `-`, is kept in a private file meanwhile."""
    from pathlib import Path

    piped = Path(file).is_fifo()
    if os.fspath(file) != "-" and not piped:
        # Whoever reads it may say what is wrong with it without its name; the system says the name.
        Path(file).open("rb").close()
        yield file
        return
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="wemakeprice-") as folder:
        kept = Path(folder, "stdin")
        with kept.open("wb") as target, ExitStack() as opened:
            source = opened.enter_context(Path(file).open("rb")) if piped else sys.stdin.buffer
            shutil.copyfileobj(source, target)
        yield kept
