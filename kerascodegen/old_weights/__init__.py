"""Old weights for new models: read what Keras 2 stored, and put it where it belongs.

`hdf5.py` opens files that may be hostile; `legacy.py` and `archive.py` read the two
ways in which Keras 2 laid weights out; `nodes.py` walks the built model in Keras 2's
order; `slots.py` says which arrays each layer had, and in which arrangement;
`matching.py` brings the two together; `load.py` is what others call. Nothing here
imports keras or h5py before weights are loaded.
"""
