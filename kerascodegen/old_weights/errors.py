"""What can be wrong with old weights."""

from __future__ import annotations

from kerascodegen.errors import CodegenError


class WeightsError(CodegenError):
    """The weights of a file do not fit the model, or are damaged."""
