"""Run the command line: `python -m wemakeprice_sdk`."""

import sys

from wemakeprice_sdk.cli.main import main

sys.exit(main())
