"""Adapters for the engines that corpora are filtered with; each module needs the package that it is named after.

The models are read once a process, when the first text is scored, and are memory-mapped: processes share them.
"""
