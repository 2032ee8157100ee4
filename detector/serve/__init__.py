"""A page on this computer, the contract's JSON over HTTP, and the interface of LanguageTool.

The server's process takes requests and holds their bytes; worker processes read the texts (`work`, `languagetool`). A
worker that takes too long is ended and replaced, so nothing that is sent can stop the server.
"""
