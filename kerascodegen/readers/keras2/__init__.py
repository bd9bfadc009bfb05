"""Keras 2 files: what they hold, made what Keras 3 would have written."""
