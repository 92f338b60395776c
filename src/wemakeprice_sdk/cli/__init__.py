"""The command line `wemakeprice` (extra `cli`): thin, and an example for those who write their own."""

from wemakeprice_sdk.cli.main import main

__all__ = ["main"]
