"""Fuzzing: damaged and hostile variants of real configs, and what may come of them.

`test_fuzz.py` runs a bounded number in every test run; `python -m tests.fuzz 100000` as
many as wanted. Nothing here imports a framework.
"""
