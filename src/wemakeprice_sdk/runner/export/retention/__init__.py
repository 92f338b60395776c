"""What retention writes: the destruction register, and folders that hold people, anew."""
