"""What Keras' public classes and ops are called, take and default to."""
