"""Fitted estimators in plain arrays: language model, context model, channel, small networks, trees."""
