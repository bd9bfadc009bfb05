"""Builds the catalog of Keras from the Keras that is installed.

Everything is measured on real objects where that is possible; `conventions.py` holds
the few things that are taste (what is written positionally) and `samples.py` the
arguments that are needed to construct things at all.
"""
