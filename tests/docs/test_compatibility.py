"""What docs/compatibility.md says is proved is proved by a test that exists."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "compatibility.md").read_text()
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")
ROWS = [
    re.split(r"(?<!\\)\|", line)[1:-1]
    for line in PAGE.splitlines()
    if line.startswith("|") and not line.startswith(("| there", "|---"))
]


def test_every_line_names_a_test_or_says_that_nothing_does_it():
    assert len(ROWS) > 35
    for there, here, proof in ROWS:
        assert there.strip()
        assert TEST.search(proof) or (proof.strip() == "-" and "not here" in here), there


@pytest.mark.parametrize(("path", "name"), sorted(set(TEST.findall(PAGE))))
def test_a_named_test_exists(path, name):
    tree = ast.parse((ROOT / path).read_text())
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    tests = [function for function in functions if function.startswith("test_")]
    assert tests
    assert not name or name in tests


def test_pages_that_are_linked_exist():
    for link in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (ROOT / "docs" / link).exists(), link
