# Generated from runner/_async by scripts/unasync.py; edit that one.
"""The runner, written once; the sync one is generated from it."""
