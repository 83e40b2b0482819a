"""Kernels that borrow their arrays count no references: they must make none and return none."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import tasks

_MAKERS = {
    *("empty", "zeros", "ones", "full", "array", "arange", "concatenate", "where", "unique"),
    *("sort", "copy", "append", "view", "empty_like", "zeros_like", "flatnonzero", "astype"),
}


def _borrowing(source: str) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            names = {each.id for each in node.decorator_list if isinstance(each, ast.Name)}
            if "borrowing" in names:
                yield node


def _faults(kernel: ast.FunctionDef) -> list[str]:
    """Return what the kernel does that only a kernel with counted references may do."""
    faults = []
    for node in ast.walk(kernel):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and called.attr in _MAKERS:
            faults.append(f"makes an array with {called.attr}")
        if isinstance(node, ast.List | ast.ListComp | ast.Dict | ast.Set):
            faults.append("makes a collection")
    arrays = _arrays(kernel)
    for node in ast.walk(kernel):
        if isinstance(node, ast.Return) and node.value is not None:
            faults += [f"returns {name}" for name in _returned(node.value) & arrays]
            if _is_view(node.value):
                faults.append("returns a view")
    return faults


def _arrays(kernel: ast.FunctionDef) -> set[str]:
    """Return the names of what has items, is unpacked from a name, or is another name of such."""
    found = set()
    nodes = list(ast.walk(kernel))
    for node in nodes:
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
        if isinstance(node, ast.Assign):
            unpacked = isinstance(node.value, ast.Name) and isinstance(node.targets[0], ast.Tuple)
            if unpacked or _is_view(node.value):
                named = ast.walk(node.targets[0])
                found |= {name.id for name in named if isinstance(name, ast.Name)}
    for node in nodes:
        alias = node.value if isinstance(node, ast.Assign) else None
        if isinstance(alias, ast.Name) and alias.id in found:
            found |= {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
    return found


def _is_view(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)


def _returned(value: ast.expr) -> set[str]:
    """Return the names that are returned themselves, not what is reckoned of them."""
    parts = value.elts if isinstance(value, ast.Tuple) else [value]
    return {part.id for part in parts if isinstance(part, ast.Name)}


def test_kernels_that_borrow_make_no_array_and_return_none() -> None:
    faults = {}
    seen = 0
    for file in sorted(Path(tasks.__file__).parent.rglob("*.py")):
        for kernel in _borrowing(file.read_text(encoding="utf-8")):
            seen += 1
            if found := _faults(kernel):
                faults[f"{file.name}:{kernel.name}"] = found
    assert seen > 50
    assert faults == {}


@pytest.mark.parametrize(
    "body",
    [
        "return data[1:]",
        "row = data[1:]\n    return row, 1",
        "data[0] = 1\n    return data",
        "texts, _ = known\n    return texts",
        "return np.empty(3).sum()",
        "places = []\n    return len(places)",
    ],
)
def test_what_borrowing_must_not_do_is_told(body: str) -> None:
    (kernel,) = _borrowing(f"@borrowing\ndef kernel(data, known):\n    {body}\n")
    assert _faults(kernel)


def test_what_borrowing_may_do_is_let_be() -> None:
    source = (
        "@borrowing\ndef kernel(data, i):\n    code = data[i]\n    i += 1\n    return code, i\n"
    )
    (kernel,) = _borrowing(source)
    assert _faults(kernel) == []
