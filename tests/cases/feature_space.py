"""What a FeatureSpace makes of a table: encoders, a cross, a concatenation."""

import keras
import tensorflow as tf
from keras.utils import FeatureSpace


def build() -> keras.Model:
    space = FeatureSpace(
        features={
            "age": FeatureSpace.float_normalized(),
            "income": FeatureSpace.float_rescaled(scale=0.001),
            "city": FeatureSpace.string_hashed(num_bins=8),
            "rooms": FeatureSpace.integer_hashed(num_bins=4),
        },
        crosses=[FeatureSpace.cross(("city", "rooms"), crossing_dim=6)],
        output_mode="concat",
    )
    rows = {
        "age": [23.0, 51.0],
        "income": [1200.0, 3400.0],
        "city": ["Rome", "Oslo"],
        "rooms": [2, 4],
    }
    space.adapt(tf.data.Dataset.from_tensor_slices(rows))
    encoded = space.get_encoded_features()
    outputs = keras.layers.Dense(1, name="price")(encoded)
    return keras.Model(space.get_inputs(), outputs, name="feature_space")
