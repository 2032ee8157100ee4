"""The parts of `detector evaluate`, one table of the model card a module."""
