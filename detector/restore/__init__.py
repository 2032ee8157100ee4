"""From candidates to one plan: reranking by the whole document, decoding, writing, the restoration loop."""
