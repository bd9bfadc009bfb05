"""One instance of every public class and op of the installed Keras, round-tripped.

The lists come from Keras by introspection (`public.py`); the tables here say how to
make an instance with arguments other than the defaults. A class that no table has fails
a test that names it, and so does an entry whose class is gone.
"""
