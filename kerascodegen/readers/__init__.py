"""Readers: from what the user has to a graph."""
