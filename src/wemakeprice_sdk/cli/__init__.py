"""A thin command line over the library: `wemakeprice demo`, `wemakeprice sandbox`, ..."""

from wemakeprice_sdk.cli.main import main

__all__ = ["main"]
