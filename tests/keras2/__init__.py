"""Old models: files that Keras 2 wrote, read without it."""
