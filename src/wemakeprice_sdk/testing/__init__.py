"""What users need in their own tests."""
