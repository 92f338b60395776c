"""The commands. Each calls one part of the library and prints what it gives back."""

from __future__ import annotations

import _thread
import argparse
import io
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import frozen

from wemakeprice_sdk import __version__
from wemakeprice_sdk.errors import ConfigError, SecretUnavailableError, WemakepriceError, WrongKindError

if TYPE_CHECKING:
    from wemakeprice_sdk.config import ChannelConfig
    from wemakeprice_sdk.excel import ExcelMigrator, ExportKind, Preview
    from wemakeprice_sdk.secrets import Cipher

PREVIEW_ROWS: Final = 20
IMPORTED: Final = ("products", "deals")
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141
"""What a shell reports for a program that Ctrl-C or a closed pipe ended."""

_EXITS: Final = "exit codes: 0 done, 1 refused with a reason, 2 wrong arguments, 130 interrupted"


def _say(*texts: object) -> None:
    sys.stdout.write(" ".join(map(str, texts)) + "\n")


def _table(rows: Iterable[tuple[str, object]]) -> None:
    for name, value in rows:
        _say(f"  {name:<22} {value}")


def _demo(_: argparse.Namespace) -> None:
    from wemakeprice_sdk.cli import demo

    demo.run(sys.stdout)


def _config(options: argparse.Namespace) -> None:
    from wemakeprice_sdk.secrets import KEYS_VARIABLE, cipher_from_env

    cipher = cipher_from_env() if os.environ.get(KEYS_VARIABLE) else None
    try:
        accounts = _accounts(options.file, cipher)
    except SecretUnavailableError as error:
        error.add_note(f"set {KEYS_VARIABLE} to the key ring the file was saved with")
        raise
    for config in accounts:
        _show(config)


def _accounts(file: str, cipher: Cipher | None) -> Iterable[ChannelConfig]:
    from wemakeprice_sdk.config import load_config, load_registry

    try:
        return (load_config(file, cipher=cipher),)
    except ConfigError as error:
        if all(violation.path != "channels" for violation in error.violations):
            raise
    return load_registry(file, cipher=cipher)


def _show(config: ChannelConfig) -> None:
    _say(f"{config.seller_id} ({config.store_name})")
    _table(
        [
            ("onboarding", config.onboarding.name),
            ("link", config.link.state.name),
            ("master switch", "on" if config.switches.master else "off"),
            ("order confirmation", config.confirmation.mode.name),
            ("sku sync", "on" if config.switches.sku_sync else "off"),
            ("sale period extension", "on" if config.sale_period.enabled else "off"),
            ("contacts", len(config.contacts)),
        ]
    )


@frozen
class _NoAccount:
    """Who looks at a file on the command line: no seller in particular."""

    seller_id: str = "(command line)"


def _inspect(options: argparse.Namespace) -> None:
    from wemakeprice_sdk.excel import ExcelMigrator

    found = ExcelMigrator(_NoAccount()).inspect(options.file)
    _table(
        [
            ("kind", f"{found.kind.value} ({found.kind.korean})"),
            ("format", f"{found.format.value}, read by {found.engine}"),
            ("sheet", found.sheet),
            ("header rows", f"{found.header_rows[0]}-{found.header_rows[1]}"),
            ("required columns", "missing" if found.missing_required else "all there"),
        ]
    )
    for match in found.columns.matches:
        _say(f"  {match.letter:>3}  {match.header!r} -> {match.field or '(kept as it is)'}")
    for note in found.notes:
        _say("  note:", note)


def _preview(options: argparse.Namespace) -> None:
    from wemakeprice_sdk.excel import ExcelMigrator, ExportKind

    with _previewed(ExcelMigrator(_NoAccount()), options.file, ExportKind(options.kind)) as preview:
        counts = preview.counts
        _table(
            [
                ("new", counts.new),
                ("duplicate", counts.duplicate),
                ("invalid", counts.invalid),
                ("flagged", counts.flagged),
                ("looks partial", "yes" if preview.looks_partial else "no"),
            ]
        )
        for sign in preview.signs:
            _say(f"  note: {sign.message} ({sign.message_ko})")
        for note in preview.notes:
            _say(f"  note: {note}")
        for number, problem in enumerate(preview.problems(), start=1):
            if number > PREVIEW_ROWS:
                _say(f"  ... {counts.problems - PREVIEW_ROWS} more")
                break
            _say(f"  {problem.severity.value}: {problem}")


def _previewed(migrator: ExcelMigrator, file: str, kind: ExportKind) -> Preview:
    """Preview a file; a refusal of its kind names the option that takes it."""
    try:
        return migrator.preview(file, kind=kind)
    except WrongKindError as error:
        looks = migrator.inspect(file).kind.value
        if looks in IMPORTED and looks != kind.value:
            error.add_note(f"wemakeprice preview --kind {looks} {file}")
        raise


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wemakeprice",
        description="WeMakePrice (위메프) partner API, with an offline sandbox",
        epilog=f"{_EXITS}. The sandbox on a port is a command of its own: "
        "python -m wemakeprice_sdk.sandbox --help",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, summary: str, more: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=summary, description=f"{summary}. {more}", epilog=_EXITS)

    demo = command(
        "demo",
        "a seller's day on the embedded sandbox",
        "Takes a second, writes no file and leaves this machine alone: everything in it is invented.",
    )
    demo.set_defaults(run=_demo)
    config = command(
        "config",
        "read the settings of one account or many and say what is wrong with them",
        "Encrypted settings are opened with the key ring in WEMAKEPRICE_SECRET_KEYS. No secret is shown.",
    )
    config.add_argument("file", help="a .toml or .json file")
    config.set_defaults(run=_config)
    inspect = command(
        "inspect",
        "say what an Excel export is and how its columns are read",
        "Only the head of the file is read.",
    )
    preview = command(
        "preview",
        "judge every row of an Excel export; touches nothing",
        f"Counts the rows and shows the first {PREVIEW_ROWS} problems. Rows that are wrong are a finding, "
        "not a failure: the exit code is 0.",
    )
    preview.add_argument(
        "--kind", choices=IMPORTED, default="products", help="what the file lists (%(default)s)"
    )
    for reader, run in ((inspect, _inspect), (preview, _preview)):
        reader.add_argument("file", help="any export: xlsx, xls, html, xml, csv, tsv")
        reader.set_defaults(run=run)
    return parser


@contextmanager
def _no_interrupt_lost() -> Iterator[None]:
    """Raise Ctrl-C again where it arrived in a finalizer: Python prints it there and goes on."""
    again: list[threading.Timer] = []
    usual = sys.unraisablehook

    def hook(lost: sys.UnraisableHookArgs) -> None:
        if not issubclass(lost.exc_type, KeyboardInterrupt):
            usual(lost)
            return
        again.append(threading.Timer(0.01, _thread.interrupt_main))
        again[-1].start()

    sys.unraisablehook = hook
    try:
        yield
        for timer in again:
            timer.join()
    finally:
        sys.unraisablehook = usual


def _carry_out(options: argparse.Namespace) -> int:
    try:
        with _no_interrupt_lost():
            options.run(options)
            sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer would raise once more when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    except (WemakepriceError, OSError) as error:
        sys.stderr.write(_refusal(error, getattr(options, "file", None)))
        return 1
    return 0


def _refusal(error: WemakepriceError | OSError, file: str | None) -> str:
    known = isinstance(error, OSError) and file is not None and error.strerror
    text = known or f"{type(error).__name__}: {error}"
    where = f"{file}: " if file is not None else ""
    return "\n  ".join([f"{where}{text}", *getattr(error, "__notes__", ())]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    0 done, 1 refused by the library or the system with a reason on stderr, 2 wrong arguments (raised as
    `SystemExit`), 130 interrupted, 141 when the reader of the output went away.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe or a console without Korean gets \ud55c instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    return _carry_out(_parser().parse_args(arguments))
