"""The child process: a request in one JSON file, the report in another.

stdout and stderr are left to the code that is being verified.
"""

from __future__ import annotations

import json
import os
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from kerascodegen.errors import CodegenError
from kerascodegen.options import Options
from kerascodegen.verify.report import VerifyReport


def main(arguments: Sequence[str]) -> int:
    """Verify as a request file says and write the outcome.

    Args:
        arguments: Path of the request, path of the report.

    Returns:
        0 whenever a report, or an error told in plain words, was written; 70 when
        verification itself broke.
    """
    question, answer = Path(arguments[0]), Path(arguments[1])
    request = json.loads(question.read_text(encoding="utf-8"))
    _leave_with(request.get("parent"))
    reply = _answer(request)
    unfinished = answer.with_suffix(".part")
    unfinished.write_text(json.dumps(reply), encoding="utf-8")
    os.replace(unfinished, answer)
    return 70 if "internal" in reply else 0


def _answer(request: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return {"report": _verify(request).to_dict()}
    except CodegenError as error:
        return {"error": {"kind": type(error).__name__, "message": str(error)}}
    except Exception as error:
        traceback.print_exc()
        return {"internal": f"{type(error).__name__}: {error}"}


def _verify(request: Mapping[str, Any]) -> VerifyReport:
    from kerascodegen.verify.session import Request, verify

    model = request["model"]
    return verify(
        Request(
            model=tuple(model) if isinstance(model, list) else model,
            source=Path(request["source"]),
            seed=request["seed"],
            options=Options.make(request["options"]),
            weights=_path(request["weights"]),
            archive=_path(request["archive"]),
            weights_from=_path(request["weights_from"]),
        )
    )


def _path(name: str | None) -> Path | None:
    return Path(name) if name else None


def _leave_with(parent: int | None) -> None:
    """End this process when its parent is gone, or a hung source would run for ever."""
    if parent is None or os.name != "posix" or os.getppid() != parent:
        return

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
