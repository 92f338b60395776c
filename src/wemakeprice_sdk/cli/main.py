"""Where a command line starts: what every command needs around it, and what works without the extra `cli`."""

from __future__ import annotations

import _thread
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from wemakeprice_sdk._version import __version__
from wemakeprice_sdk.cli.console import Bilingual, CommandError, Console

if TYPE_CHECKING:
    from wemakeprice_sdk.errors import WemakepriceError


FAULT: Final = 70
SETTINGS: Final = 78
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""What a shell reports for a program that Ctrl-C or a closed pipe ended."""

_SYSTEM: Final[Mapping[type[Exception], Bilingual]] = {
    FileNotFoundError: Bilingual("there is no such file", "파일이 없습니다"),
    PermissionError: Bilingual("no permission to read or write it", "읽거나 쓸 권한이 없습니다"),
    IsADirectoryError: Bilingual("is a folder, not a file", "파일이 아니라 폴더입니다"),
    NotADirectoryError: Bilingual("is a file, not a folder", "폴더가 아니라 파일입니다"),
    FileExistsError: Bilingual("is there already", "이미 있습니다"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 done, 1 something needs a person, 2 wrong command line, 70 a fault of this program, 75 try again later,
    78 a setting is wrong, 130 interrupted, 141 when the reader of the output went away.
    """
    with _streams():
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # A pipe or a console without Korean gets \ud55c instead of a traceback.
                stream.reconfigure(errors="backslashreplace")
        words = sys.argv[1:] if arguments is None else arguments
        console = Console.of(words)
        return _carry_out(console, lambda: _run(words, console))


@contextmanager
def _streams() -> Iterator[None]:
    """Put nothing in the place of a stream that whoever started the program had closed (`>&-`, pythonw)."""
    with ExitStack() as opened:
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                stream = opened.enter_context(open(os.devnull, mode, encoding="utf-8"))
                opened.callback(setattr, sys, name, None)
                setattr(sys, name, stream)
        yield


def _run(words: Sequence[str], console: Console) -> int:
    try:
        from wemakeprice_sdk.cli import app
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        return _without_extra(words, console)
    return app.run(words, console)


def _without_extra(words: Sequence[str], console: Console) -> int:
    from wemakeprice_sdk.cli import demo

    if list(words) == ["demo"]:
        demo.run(console.out, console.language)
    elif list(words) == ["--version"]:
        console.say(__version__)
    else:
        from wemakeprice_sdk.errors import MissingExtraError

        raise MissingExtraError("cli")
    return 0


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Raise Ctrl-C again where it arrived in a finalizer: Python prints it there and goes on."""
    again: list[threading.Timer] = []
    usual = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            usual(lost)
            return
        wait = 0.01
        while True:
            again.append(threading.Timer(wait, _thread.interrupt_main))
            try:
                again[-1].start()
            except KeyboardInterrupt:
                # On a busy machine the thread is so late that its interrupt comes here, to be lost again.
                wait *= 10
            else:
                return

    sys.unraisablehook = hook
    try:
        yield
        for timer in again:
            timer.join()
        if again:
            raise KeyboardInterrupt
    finally:
        sys.unraisablehook = usual


def _carry_out(console: Console, run: Callable[[], int]) -> int:
    try:
        with _no_interrupt_lost():
            code = run()
            sys.stdout.flush()
    except BrokenPipeError:
        _let_go_of_output()
        return PIPE_CLOSED
    except KeyboardInterrupt:
        console.tell(Bilingual("interrupted", "중단했습니다"))
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - a traceback is for those who ask for it
        return _refused(console, error)
    return code


def _let_go_of_output() -> None:
    """Drop what is left in the buffer: it would raise once more when the interpreter ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refused(console: Console, error: Exception) -> int:
    """Say what went wrong and what to do next; return the exit code."""
    if console.traceback:
        import traceback

        console.tell("".join(traceback.format_exception(error)).rstrip())
    lines, code = _described(console, error)
    try:
        sys.stdout.flush()
    except OSError:
        _let_go_of_output()
    lines += [f"  → {console.text(note)}" for note in getattr(error, "__notes__", ())]
    console.tell("\n".join(lines))
    return code


def _described(console: Console, error: Exception) -> tuple[list[str], int]:
    from wemakeprice_sdk.errors import MissingExtraError, WemakepriceError

    if isinstance(error, CommandError):
        steps = [f"  → {console.text(error.next_step)}"] if error.next_step else []
        return [console.text(error.text), *steps], error.code
    if isinstance(error, MissingExtraError):
        return [str(error)], SETTINGS
    if isinstance(error, WemakepriceError):
        return _of_library(console, error)
    if isinstance(error, OSError):
        said = console.text(_SYSTEM.get(type(error)) or error.strerror or str(error))
        return [f"{error.filename}: {said}" if error.filename else said], 1
    if type(error).__module__.startswith("click."):
        return _of_line(console, error)
    # The text of an error nobody foresaw may hold anything: a key, a buyer's name.
    fault = Bilingual(
        f"an error that nobody foresaw: {type(error).__name__}; --traceback shows where",
        f"예상하지 못한 오류입니다: {type(error).__name__}. --traceback을 붙이면 위치를 표시합니다",
    )
    return [console.text(fault)], FAULT


def _of_library(console: Console, error: WemakepriceError) -> tuple[list[str], int]:
    from wemakeprice_sdk.errors import ValidationError
    from wemakeprice_sdk.runner.verdicts import reason_of_error

    reason = reason_of_error(error)
    name = type(error).__name__
    if isinstance(error, ValidationError):
        lines = [f"{name}: {error.subject}"]
        lines += [
            f"  {one.path}={one.value}: {one.rule}: {console.text(Bilingual(one.message, one.message_ko))}"
            for one in error.violations
        ]
    else:
        lines = [f"{name}: {error}"]
        if console.language == "ko":
            lines = [f"{name}: {reason.text_ko}", f"  {error}"]
    return [
        *lines,
        f"  → {console.text(Bilingual(reason.next_step, reason.next_step_ko))}",
    ], reason.verdict.exit_code


def _of_line(console: Console, error: Exception) -> tuple[list[str], int]:
    from wemakeprice_sdk.cli.refusals import refusal_of

    return refusal_of(console, error)
