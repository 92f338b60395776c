"""`python -m wemakeprice_sdk.sandbox`: the sandbox on a port, until interrupted."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from wemakeprice_sdk.sandbox.answers import SandboxError
from wemakeprice_sdk.sandbox.core import Sandbox
from wemakeprice_sdk.sandbox.moments import to_stamp, unstamp
from wemakeprice_sdk.sandbox.seed import seed_shop
from wemakeprice_sdk.sandbox.server import TIMEOUT, SandboxServer


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m wemakeprice_sdk.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8787, help="0 takes a free one (default 8787)")
    parser.add_argument("--host", default="127.0.0.1", help="127.0.0.1 unless others may reach it")
    parser.add_argument("--state", metavar="FILE", help="keep everything in this SQLite file")
    parser.add_argument("--seed", type=int, default=0, help="makes numbers and invented data repeatable")
    parser.add_argument("--clock", metavar="MOMENT", help="stop the clock, e.g. '2024-05-20 10:00:00' (KST)")
    parser.add_argument(
        "--account",
        action="append",
        metavar="KEY",
        help="an API key; repeat it for several (default sandbox-key)",
    )
    parser.add_argument("--orders", type=int, default=0, help="make a shop with this many orders")
    parser.add_argument("--products", type=int, default=50, help="products of that shop (default 50)")
    parser.add_argument("--days", type=int, default=30, help="days its orders spread over (default 30)")
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="answer requests to this host name too, such as that of a container; repeat it, * for any",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=TIMEOUT,
        metavar="SECONDS",
        help=f"close connections silent for so long (default {TIMEOUT:g})",
    )
    parser.add_argument("--no-controls", action="store_true", help="leave out /__sandbox__/")
    return parser.parse_args(argv)


def build(options: argparse.Namespace) -> Sandbox:
    """Make the sandbox the command line asks for; a state file that has accounts is taken as it is."""
    clock = unstamp(to_stamp(options.clock)) if options.clock else None
    sandbox = Sandbox(options.seed, clock, state_path=options.state)
    if not sandbox.accounts:
        for key in options.account or ["sandbox-key"]:
            sandbox.add_account(key)
            if options.orders:
                seed_shop(sandbox, key, products=options.products, orders=options.orders, days=options.days)
    return sandbox


STARTED = "sandbox on {url}  (start page {url}/, Ctrl-C ends it)"


def main(argv: Sequence[str] | None = None, started: str = STARTED) -> int:
    """Run the sandbox until it is interrupted; 2 when it cannot start. `started` is what it says first."""
    options = arguments(argv)
    try:
        sandbox = build(options)
        server = SandboxServer(
            sandbox,
            options.host,
            options.port,
            controls=not options.no_controls,
            allowed_hosts=options.allow_host,
            timeout=options.timeout,
        )
    except (SandboxError, OSError) as error:
        sys.stderr.write(f"cannot start: {error}\n")
        return 2
    try:
        sys.stdout.write(f"{started.format(url=server.url)}\n")
        sys.stdout.flush()
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
        sandbox.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
