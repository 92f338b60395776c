"""Run the command line: `python -m wemakeprice_sdk.cli`, as `python -m wemakeprice_sdk` does."""

import sys

from wemakeprice_sdk.cli.main import main

sys.exit(main())
