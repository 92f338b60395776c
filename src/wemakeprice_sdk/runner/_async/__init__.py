"""The runner, written once; the sync one is generated from it."""
