"""Rules for recurrent layers and cells."""

from __future__ import annotations

from kerascodegen.readers.keras2.code import shipped_code
from kerascodegen.readers.keras2.context import Item
from kerascodegen.readers.keras2.registry import layer_rule

_CONV_LSTM = ("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
_LAYERS = ("LSTM", "GRU", "SimpleRNN", "RNN", *_CONV_LSTM, "CuDNNLSTM", "CuDNNGRU")
_CELLS = ("LSTMCell", "GRUCell", "SimpleRNNCell")


@layer_rule(*_LAYERS)
def time_major(item: Item) -> None:
    """`time_major` of `RNN` (layers/rnn/base_rnn.py): time before the batch.

    Where it is true, the axes are exchanged before and behind the layer.
    """
    if item.config.get("time_major"):
        item.time_major = True
    item.drop("time_major")


@layer_rule(*_LAYERS, *_CELLS)
def implementation(item: Item) -> None:
    """`implementation` chose among equal ways to compute (layers/rnn/lstm.py)."""
    item.drop("implementation", "input_dim", "input_length", "consume_less")


@layer_rule("GRU", "GRUCell")
def reset_after(item: Item) -> None:
    """Until Keras 2.1.3 the reset gate came before the product, without an argument.

    It came to `GRU.get_config` with `reset_after=False` as the default; that of Keras 3
    is true.
    """
    if "reset_after" not in item.config:
        item.config["reset_after"] = False
        item.changed("reset_after=False is written out")


@layer_rule(*_CONV_LSTM)
def conv_lstm_keys(item: Item) -> None:
    """Inherited arguments of `ConvRNN` that did nothing (rnn/base_conv_rnn.py)."""
    item.drop("states")


@layer_rule("RNN", "StackedRNNCells")
def cell_states(item: Item) -> None:
    """`num_constants` and `reverse_state_order`, for cells with more inputs."""
    if item.config.get("num_constants"):
        raise item.refuse(
            "its cell takes constants besides the states, which cells of Keras 3 do "
            "not. Give them to the cell in another way."
        )
    item.drop("num_constants")
    if item.config.get("reverse_state_order"):
        item.warn(
            "had its states in reverse order (reverse_state_order=True), which Keras "
            "3 does not have; states given or returned are the other way round."
        )
    item.drop("reverse_state_order")


@layer_rule("Bidirectional")
def bidirectional_keys(item: Item) -> None:
    """`backward_layer` stands in the config only where it was given."""
    item.drop("num_constants")
    if item.config.get("backward_layer", True) is None:
        del item.config["backward_layer"]


@layer_rule("TimeDistributed")
def masks_of_steps(item: Item) -> None:
    """`TimeDistributed.compute_mask` asked the layer inside (rnn/time_distributed.py).

    That of Keras 3 gives on the mask it is given. It makes a difference where the layer
    inside makes a mask, or where the mask has more axes than batch and time.
    """
    if not item.deep_masks:
        return
    item.changed("the mask of the layer inside is given on, as in Keras 2")
    item.module, item.registered = None, "keras2>MaskingTimeDistributed"
    item.cls = "MaskingTimeDistributed"
    item.code = shipped_code("time_distributed", item.cls)
