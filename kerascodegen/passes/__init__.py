"""Passes: one function from graph to graph a file."""
