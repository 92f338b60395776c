import sys
from pathlib import Path

# Builders are shared by the tests of this room; importlib mode gives them no package to live in.
sys.path.insert(0, str(Path(__file__).parent))
