"""What stops a verification before there is anything to report."""

from __future__ import annotations

from kerascodegen.errors import CodegenError


class VerifyError(CodegenError):
    """The source, or the model it is compared with, could not be run at all."""


class StandInError(VerifyError):
    """The source still has stand-ins for code that could not be written."""
