"""Runs plans against the marketplace with a ledger, so that a crash loses nothing and repeats nothing."""
