"""Which Keras API can express a model, and what people get wrong in such models."""
