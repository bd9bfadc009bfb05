"""Rules for what Keras 1 called things."""
