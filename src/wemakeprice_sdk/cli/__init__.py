"""A thin command line over the library: `wemakeprice demo`, `config`, `inspect` and `preview`."""

from wemakeprice_sdk.cli.main import main

__all__ = ["main"]
