"""How the models are made: corpus, spinners, estimation, fitting; nothing here is needed at run time."""
