"""Pure decisions: gates, and plans of typed actions with their reasons."""
