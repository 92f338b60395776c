# Generated from client/_async by scripts/unasync.py; edit that one.
"""One module per resource group of the client."""
