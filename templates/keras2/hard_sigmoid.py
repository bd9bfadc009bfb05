"""Written into the source by `readers/keras2/code.py`."""

from keras import ops, saving


@saving.register_keras_serializable(package="keras2")
def hard_sigmoid(x):
    """Keras 2's hard sigmoid; that of Keras 3 has another slope."""
    return ops.clip(0.2 * x + 0.5, 0.0, 1.0)
