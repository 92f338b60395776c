"""The dossier: what a seller is owed, as a folder that a trustee or an auditor can redo."""
