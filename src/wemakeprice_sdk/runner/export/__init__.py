"""What leaves the ledger as files: archive folders and tables."""
