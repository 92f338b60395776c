"""The commands. Each calls one part of the library and prints what it gives back."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from wemakeprice_sdk import __version__
from wemakeprice_sdk.errors import WemakepriceError


def _demo(_: argparse.Namespace) -> int:
    from wemakeprice_sdk.cli import demo

    demo.run(sys.stdout)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wemakeprice", description="WeMakePrice (위메프) partner API, offline sandbox included"
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="a seller's day on the embedded sandbox")
    demo.set_defaults(run=_demo)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give 0 when it went well, 1 when the library refused with a typed error."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except WemakepriceError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return 1
    return code
