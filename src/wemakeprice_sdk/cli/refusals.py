"""What is wrong with a command line, in two languages: click speaks one."""

from __future__ import annotations

import re
from difflib import get_close_matches

import click

from wemakeprice_sdk.cli.console import Bilingual, Console

WRONG_LINE = 2


def refusal_of(console: Console, error: Exception) -> tuple[list[str], int]:
    """Return the lines that say what is wrong with the command line, and the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return [error.ctx.get_help()], WRONG_LINE
    if not isinstance(error, click.UsageError):
        return [str(error)], 1
    path = error.ctx.command_path if error.ctx is not None else "wemakeprice"
    return [
        f"{path}: {console.text(_what(error))}",
        f"  → {path} --help",
    ], WRONG_LINE


def _what(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption):
        near = _near(error.possibilities)
        return Bilingual(
            f"no such option: {error.option_name}{near}", f"없는 옵션입니다: {error.option_name}{near}"
        )
    if isinstance(error, click.exceptions.NoSuchCommand):
        near = _near(_close_commands(error))
        return Bilingual(
            f"no such command: {error.command_name}{near}", f"없는 명령입니다: {error.command_name}{near}"
        )
    if isinstance(error, click.MissingParameter):
        return Bilingual(f"missing: {_hint(error)}", f"필수 값이 없습니다: {_hint(error)}")
    if isinstance(error, click.BadParameter):
        said = error.message
        korean = said.korean if isinstance(said, Bilingual) else said
        return Bilingual(f"{_hint(error)}: {said}", f"{_hint(error)}: {korean}")
    extra = re.fullmatch(r"Got unexpected extra arguments? \((.*)\)", error.message)
    if extra:
        return Bilingual(f"too much on the line: {extra[1]}", f"필요하지 않은 값입니다: {extra[1]}")
    return error.message


def _close_commands(error: click.exceptions.NoSuchCommand) -> list[str]:
    # click looks among the commands that were imported already.
    if error.ctx is None or not isinstance(error.ctx.command, click.Group):
        return []
    return get_close_matches(error.command_name, error.ctx.command.list_commands(error.ctx), 1)


def _near(words: list[str] | None) -> str:
    return f" ({', '.join(words)}?)" if words else ""


def _hint(error: click.BadParameter) -> str:
    return error.param.get_error_hint(error.ctx).replace("'", "") if error.param is not None else ""
