"""Emitters: from a graph to the module that a template renders."""
