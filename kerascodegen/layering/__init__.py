"""Blocks as layers: which parts of a folded program become classes, and how."""
