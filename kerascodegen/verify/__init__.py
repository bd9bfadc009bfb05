"""Proving generated source: run it and compare what it builds with the original.

Nothing here imports keras before a verification starts.
"""
