"""The tools that stand alone, as modules: `tools/` is no package, and each file is read by itself."""

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import Any

TOOLS = Path(__file__).parents[2] / "tools"


def load_tool(name: str) -> Any:
    """A tool's module, of its own at each call."""
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def import_tool(name: str) -> Any:
    """A tool's module as `import` finds it beside the others: the one that they share, and that can be instrumented."""
    if str(TOOLS) not in sys.path:
        sys.path.append(str(TOOLS))
    return importlib.import_module(name)
