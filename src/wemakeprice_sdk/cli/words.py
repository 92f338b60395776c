"""Commands and options that speak two languages, for click, which speaks one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, cast

import click

from wemakeprice_sdk.cli.console import Bilingual, Console, Language, said, wrapped

F = TypeVar("F", bound=Callable[..., object])
T = TypeVar("T")

_DAY: Final = re.compile(r"\d{4}-?\d\d-?\d\d")
_EXTRAS: Final = {
    "[default: ": "[기본값: ",
    "[env var: ": "[환경변수: ",
    "default: ": "기본값: ",
    "required]": "필수]",
}


def console_of(context: click.Context) -> Console:
    """Return the console of a command; one for the locale where nobody handed one in (completions)."""
    return context.find_object(Console) or Console.of(())


def _language(context: click.Context) -> Language:
    return console_of(context).language


class BilingualOption(click.Option):
    """An option with its help in two languages."""

    def __init__(self, param_decls: Sequence[str], **settings: Any) -> None:
        super().__init__(param_decls, **settings)
        # click keeps a cleaned copy, which knows no Korean.
        self.help = settings["help"]

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the option and its help."""
        found = super().get_help_record(ctx)
        if found is None or _language(ctx) == "en":
            return found
        text = found[1].replace(str(self.help), said(self.help or "", "ko"))
        for english, korean in _EXTRAS.items():
            text = text.replace(english, korean)
        return found[0], text


def option(*names: str, help: str, **settings: Any) -> Callable[[F], F]:  # noqa: A002 - click's name
    """Add an option with its help in two languages."""
    return click.option(*names, cls=BilingualOption, help=help, **settings)


def _show_help(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        console_of(context).say(context.get_help())
        context.exit()


def _everywhere() -> list[click.Parameter]:
    # main() has read the values already: they are needed before anything is parsed.
    return [
        BilingualOption(
            ["--lang"],
            type=Choice(["ko", "en"]),
            expose_value=False,
            help=Bilingual(
                "language (otherwise LC_ALL, LC_MESSAGES or LANG)",
                "표시 언어 (기본: LC_ALL, LC_MESSAGES, LANG)",
            ),
        ),
        BilingualOption(
            ["--traceback"],
            is_flag=True,
            expose_value=False,
            help=Bilingual("show where an error arose", "오류가 발생한 위치를 표시"),
        ),
        BilingualOption(
            ["-h", "--help"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_help,
            help=Bilingual("show this text", "도움말 표시"),
        ),
    ]


class _WideLetters(click.HelpFormatter):
    """Fills lines by places: click counts letters, and a Korean one takes two."""

    def write_text(self, text: str) -> None:
        """Write a paragraph."""
        for line in wrapped(text, self.width - self.current_indent):
            self.write(f"{'':>{self.current_indent}}{line}\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write names with what they mean, in two columns."""
        rows = list(rows)
        second = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        for name, text in rows:
            lines = wrapped(text, self.width - self.current_indent - second)
            if len(name) > second - col_spacing:
                self.write(f"{'':>{self.current_indent}}{name}\n")
                name = ""
            for line in lines:
                self.write(f"{'':>{self.current_indent}}{name:<{second}}{line}".rstrip() + "\n")
                name = ""


class _Speaking(click.Command):
    """What a command and a group have in common."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **{**settings, "add_help_option": False})
        self.help = settings.get("help")
        self.params += _everywhere()

    def get_help(self, ctx: click.Context) -> str:
        """Return the help in the language of the console."""
        korean = _language(ctx) == "ko"
        formatter = (_WideLetters if korean else click.HelpFormatter)(max_width=ctx.max_content_width)
        self.format_help(ctx, formatter)
        text = formatter.getvalue().rstrip("\n")
        if korean:
            for english, words in (
                ("Usage: ", "사용법: "),
                ("\nOptions:", "\n옵션:"),
                ("\nCommands:", "\n명령:"),
            ):
                text = text.replace(english, words, 1)
        return text

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(said(self.help or "", _language(ctx)))


class Command(_Speaking):
    """One command."""


class Group(_Speaking, click.Group):
    """A noun with its verbs. `lazy` names commands that are imported on use, with their summary."""

    command_class = Command

    def __init__(
        self, *arguments: Any, lazy: Mapping[str, tuple[str, Bilingual]] | None = None, **settings: Any
    ) -> None:
        super().__init__(*arguments, **settings)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's form
        """Return the names in their order, which is that of the work."""
        return [*self.lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; import it when it is lazy."""
        if cmd_name not in self.lazy:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.lazy[cmd_name][0].partition(":")
        return cast("click.Command", getattr(import_module(f"wemakeprice_sdk.cli.{module}"), name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their summaries, without importing any."""
        language = _language(ctx)
        rows = [(name, said(summary, language)) for name, (_, summary) in self.lazy.items()]
        rows += [(name, summary_of(command, language)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def summary_of(command: click.Command, language: Language) -> str:
    """Return the first sentence of a command's help."""
    return said(command.help or "", language).partition(". ")[0].rstrip(".")


def group(name: str, about: Bilingual) -> Group:
    """Make a noun."""
    return Group(name, help=about)


def command(name: str, about: Bilingual) -> Callable[[Callable[..., object]], Command]:
    """Make a command that stands alone."""
    return click.command(name, cls=Command, help=about)


# ---------------------------------------------------------------- kinds of values


class _Given(click.ParamType[T], Generic[T]):
    """A value that is read by our own rule, so that its refusal is said in both languages."""

    def __init__(self, name: str, read: Callable[[str], T], rule: Bilingual) -> None:
        self.name, self._read, self.rule = name, read, rule

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> T:
        """Return the value, or refuse it."""
        if not isinstance(value, str):
            return cast("T", value)
        try:
            return self._read(value)
        except ValueError:
            raise click.BadParameter(self.rule, ctx, param) from None


class Choice(click.Choice[str]):
    """One of some words, whatever their case."""

    def __init__(self, choices: Sequence[str]) -> None:
        super().__init__(choices, case_sensitive=False)

    def get_invalid_choice_message(self, value: object, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return what is possible."""
        words = ", ".join(self.choices)
        return Bilingual(f"{value} is not one of: {words}", f"{value}: 다음 중 하나를 입력해 주세요: {words}")


def words_of(kind: type[Enum]) -> Choice:
    """Return the choice of an enum's names."""
    return Choice([member.name.lower().replace("_", "-") for member in kind])


def member_of(kind: type[T], word: str) -> T:
    """Return the member that a word of `words_of` names."""
    return cast("T", cast("type[Enum]", kind)[word.upper().replace("-", "_")])


def _time(text: str) -> datetime:
    """Read `2026-11-23`, `2026-11-23T09:30` (Korean time) or `7d`, so many days ago."""
    from wemakeprice_sdk.clock import KST, SystemClock

    if text.endswith("d") and text[:-1].isdigit():
        return SystemClock().now() - timedelta(days=min(int(text[:-1]), 36500))
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=KST) if found.tzinfo is None else found


def _until(text: str) -> datetime:
    found = _time(text)
    return found + timedelta(days=1, seconds=-1) if _DAY.fullmatch(text) else found


def _whole(text: str) -> int:
    found = int(text)
    if found < 0:
        raise ValueError
    return found


NUMBER: Final = _Given(
    "number", _whole, Bilingual("a whole number is needed", "0 이상의 숫자를 입력해 주세요")
)
TIME: Final = _Given(
    "time",
    _time,
    Bilingual(
        "a day such as 2026-11-23, a time such as 2026-11-23T09:30 or a number of days such as 7d is needed",
        "날짜(2026-11-23), 시각(2026-11-23T09:30) 또는 일수(7d, 7일 전)를 입력해 주세요",
    ),
)
UNTIL: Final = _Given("time", _until, TIME.rule)
"""As `TIME`, but a day means its last second: what is asked for up to a day has that day in it."""
FILE: Final = click.Path(path_type=Path, allow_dash=True)
"""A file, opened by who reads it; `-` is standard input."""

since = option(
    "--since",
    type=TIME,
    default="7d",
    show_default=True,
    help=Bilingual("from this Korean day or time on", "조회 시작 (한국 시간)"),
)
until = option(
    "--until", type=UNTIL, help=Bilingual("up to this day or time; now without it", "조회 종료 (기본: 현재)")
)


def now_or(time: datetime | None) -> datetime:
    """Return the time, or now."""
    from wemakeprice_sdk.clock import SystemClock

    return time or SystemClock().now()


def _chosen(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(context: click.Context, _: click.Parameter, value: object) -> None:
        setattr(console_of(context), name, value)

    return keep


output = option(
    "--output",
    "-o",
    type=Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    expose_value=False,
    callback=_chosen("form"),
    help=Bilingual("a table for people, json or csv for programs", "출력 형식: 표(table), json, csv"),
)
personal = option(
    "--personal",
    is_flag=True,
    help=Bilingual("show personal data, which is masked otherwise", "개인정보를 가리지 않고 표시"),
)
yes = option(
    "--yes",
    "-y",
    is_flag=True,
    expose_value=False,
    callback=_chosen("yes"),
    help=Bilingual("do not ask", "확인 없이 실행"),
)
dry_run = option(
    "--dry-run",
    is_flag=True,
    help=Bilingual("show what would be done, and do nothing", "실행하지 않고 계획만 표시"),
)
strict = option(
    "--strict",
    is_flag=True,
    help=Bilingual("exit with 1 when anything is wrong, for CI", "문제가 하나라도 있으면 종료 코드 1 (CI용)"),
)
