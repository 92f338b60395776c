"""Files as sources of facts, each fact with where it stands: orders, claims, settlement rows, transfers."""
