"""The commands. Each calls one part of the library and prints what it gives back."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Final

from attrs import frozen

from wemakeprice_sdk import __version__
from wemakeprice_sdk.errors import ValidationError, WemakepriceError

PREVIEW_ROWS: Final = 20


def _say(*texts: object) -> None:
    sys.stdout.write(" ".join(map(str, texts)) + "\n")


def _table(rows: Iterable[tuple[str, object]]) -> None:
    for name, value in rows:
        _say(f"  {name:<22} {value}")


def _demo(_: argparse.Namespace) -> None:
    from wemakeprice_sdk.cli import demo

    demo.run(sys.stdout)


def _config(options: argparse.Namespace) -> None:
    from wemakeprice_sdk.config import load_config
    from wemakeprice_sdk.secrets import KEYS_VARIABLE, cipher_from_env

    cipher = cipher_from_env() if os.environ.get(KEYS_VARIABLE) else None
    config = load_config(options.file, cipher=cipher)
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

    with ExcelMigrator(_NoAccount()).preview(options.file, kind=ExportKind(options.kind)) as preview:
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
        for number, problem in enumerate(preview.problems(), start=1):
            if number > PREVIEW_ROWS:
                _say(f"  ... {counts.problems - PREVIEW_ROWS} more")
                break
            _say(" ", problem)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wemakeprice", description="WeMakePrice (위메프) partner API, with an offline sandbox"
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="a seller's day on the embedded sandbox")
    demo.set_defaults(run=_demo)
    config = commands.add_parser("config", help="read an account's settings and say what is wrong with them")
    config.add_argument("file", help="a .toml or .json file")
    config.set_defaults(run=_config)
    inspect = commands.add_parser("inspect", help="say what an Excel export is and how its columns are read")
    preview = commands.add_parser("preview", help="judge every row of an Excel export; touches nothing")
    preview.add_argument("--kind", choices=["products", "deals"], default="products")
    for command, run in ((inspect, _inspect), (preview, _preview)):
        command.add_argument("file", help="any export: xlsx, xls, html, xml, csv, tsv")
        command.set_defaults(run=run)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give 0 when it went well, 1 when the library refused with a typed error."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except ValidationError as error:
        sys.stderr.write("".join(f"{violation}\n" for violation in error.violations))
        return 1
    except (WemakepriceError, OSError) as error:
        where = f"{options.file}: " if "file" in options else ""
        sys.stderr.write(f"{where}{type(error).__name__}: {error}\n")
        return 1
    return 0
