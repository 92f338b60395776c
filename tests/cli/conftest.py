"""The kit of these tests lies beside them; importlib mode gives it no package to live in."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from command_kit import place, plain_environment, shop  # noqa: F401
