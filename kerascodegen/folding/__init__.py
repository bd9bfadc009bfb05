"""Fold repeated structure: a graph's calls become blocks, branches and loops."""
