"""Files and pictures of the catalogue: the only part of the room that reads and writes."""
