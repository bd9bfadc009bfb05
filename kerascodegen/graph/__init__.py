"""The intermediate representation, its invariants and its walks."""
