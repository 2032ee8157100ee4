"""From tokens to probabilities: scores of words and candidates, passage features, the cascade."""
