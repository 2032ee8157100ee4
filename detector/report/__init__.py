"""What was found, as people read it and tools take it: one module a format, one model behind all."""
