"""Raw TensorFlow ops in Keras 2 files, as calls of Keras' public functions.

Keras 2 recorded a TensorFlow function that was called on symbolic tensors as a layer:
`TFOpLambda`, `SlicingOpLambda`, `TensorFlowOpLayer`. This package says what each is in
Keras 3. It imports no framework and knows nothing of the rest of the reader.

How to use it, for one model (nested models each have a `Translator` of their own)::

    translator = Translator()
    for each layer's call, after those that it takes from:
        # An input, an ordinary layer, a nested model or custom layer:
        translator.tensor(("input_1", 0, 0), (None, 8, 8, 4), "float32")
        translator.layer(("dense", 0, 0), "Dense", config, [("input_1", 0, 0)])
        translator.tensor(("encoder", 0, 0), None, like=("input_1", 0, 0))
        # An op layer:
        result = translator.op_layer(
            name, node_index, class_name, config, call, is_layer
        )

A layer's inputs that were op layers are known by their old names, like all others. The
name of a `TensorFlowOpLayer` is that of the entry in `layers`, not the one in its
config, which lacks `tf_op_layer_`.

`result` is a `Stub` with the reason, or a `Translation`, whose `outputs` has one
expression for each output of the old op:

- `OpCall`, `LayerCall`: nested calls, each of which becomes an op node (or a layer). An
  `OpCall` object that stands in several `Output`s is one call with several results.
- `Tensor`: the op only passed that tensor on.
- `None`: a constant, such as a shape. Nothing is written; ops that take it have it
  inside already.

What a layer or the model's outputs take is asked for with
`translator.argument(("name", node_index, tensor_index))`, which also answers for
tensors that were passed on and for constants.

Leaves of expressions: `Tensor`, `Array`, `Slice`, numbers, strings, `None`, `...`, and
tuples. `OpCall.args` and `.kwargs` are those of the public function, by its own names.
"""

from __future__ import annotations

from kerascodegen.readers.keras2.tfops.calls import decode_argument, decode_call
from kerascodegen.readers.keras2.tfops.expr import (
    Array,
    Expr,
    LayerCall,
    OpCall,
    Output,
    Slice,
    Stub,
    Tensor,
    UntranslatableError,
    rewrite,
    tensors,
)
from kerascodegen.readers.keras2.tfops.translator import Ref, Translation, Translator

__all__ = [
    "Array",
    "Expr",
    "LayerCall",
    "OpCall",
    "Output",
    "Ref",
    "Slice",
    "Stub",
    "Tensor",
    "Translation",
    "Translator",
    "UntranslatableError",
    "decode_argument",
    "decode_call",
    "rewrite",
    "tensors",
]
