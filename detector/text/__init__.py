"""Reading text: normalisation, detection of prose, tokens with offsets, vocabulary, sentences, passages, spelling."""
