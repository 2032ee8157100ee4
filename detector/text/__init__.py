"""Text as arrays: tokens with offsets, vocabulary, sentences, passages, spelling, case."""
