"""All that changes a lake's files goes through one module; the rest of the store only reads."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tasks.store

STORE = Path(tasks.store.__file__).parent
CHANGES = frozenset(
    {
        *("mkdir", "makedirs", "rename", "renames", "unlink", "remove", "rmdir", "rmtree"),
        *("symlink_to", "hardlink_to", "symlink", "link", "touch", "truncate", "chmod"),
        *("write_text", "write_bytes", "copyfile", "copytree", "move", "removedirs"),
    }
)
OWN = frozenset({"changes.remove", "noted.remove", "self._corrections.remove"})
"""Methods of a transaction that take rows out, not files."""


def calls(path: Path) -> Iterator[str]:
    """Yield each call in a file whose name is that of a change to a file system."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        told = ast.unparse(node.func)
        opens = node.func.attr == "open" and any("w" in ast.unparse(arg) for arg in node.args)
        renames = node.func.attr == "replace" and len(node.args) == 1 and not node.keywords
        if (node.func.attr in CHANGES or opens or renames) and told not in OWN:
            yield f"{path.name}:{node.lineno} {told}"


@pytest.mark.parametrize("name", sorted(path.name for path in STORE.glob("*.py")))
def test_one_module_changes_files(name: str) -> None:
    found = list(calls(STORE / name))
    if name == "files.py":
        assert len(found) > 10, "the search finds nothing where it must"
    else:
        assert found == []
