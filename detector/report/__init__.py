"""Reports for people and for tools: one module a format, one model behind all."""
