# Generated from client/_async by scripts/unasync.py; edit that one.
"""The synchronous client."""
