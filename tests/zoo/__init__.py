"""The zoo: every model and layer that Keras ships, round-tripped; `pytest -m zoo`."""
