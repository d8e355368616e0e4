"""Writes the client's shapes from those of the server: ``python -m tests.client.make_shapes``.

A module of ``strikebook.server.wire`` becomes one of ``strikebook.client.shapes`` in which each answer is a TypedDict
of the same name, with the same members, and what may be left out may be left out.
"""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).parents[2]
WIRE = ROOT / "src/strikebook/server/wire"
SHAPES = ROOT / "src/strikebook/client/shapes"
MODULES = (
    "shape",
    "jobs",
    "events",
    "reasons",
    "days",
    "runs",
    "strategies",
    "problems",
    "comparison",
    "retention",
    "remembered",
    "sweeps",
    "webhooks",
)
ASKED = {"Options", "ParameterBody", "SampleBody", "WindowsBody"}
"""What is sent, and has a shape for the caller too."""
_ROOTS = {"Part", "Answer", "Asked", "BaseModel"}
_NOTE = (
    "# Written by `python -m tests.client.make_shapes` from strikebook.server.wire.{name}; a test holds them together."
)
_STRICT = {"StrictInt": "int", "StrictFloat": "float", "StrictStr": "str", "StrictBool": "bool"}


class _Plain(ast.NodeTransformer):
    """Annotations without what only pydantic reads."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.value, ast.Name) and node.value.id == "Annotated" and isinstance(node.slice, ast.Tuple):
            return node.slice.elts[0]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(_STRICT.get(node.id, node.id))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return node


def modules() -> list[str]:
    """The modules of the server that the client mirrors, as far as they are there."""
    return [name for name in MODULES if (WIRE / f"{name}.py").exists()]


def shapes_of(name: str) -> str:
    """The text of a module of shapes."""
    tree = ast.parse((WIRE / f"{name}.py").read_text("utf-8"))
    body = [found for node in tree.body for found in _statements(node)]
    used = {node.id for text in body for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    used |= {word for text in body for word in _quoted_names(text)}
    body = [*_from_elsewhere(tree, used), *body]
    used |= {"Literal", "TypeAlias"} if body[0].count(": TypeAlias = Literal") else set()
    imports = [
        f"from typing import {', '.join(sorted(used & {'Any', 'Literal', 'NotRequired', 'TypeAlias', 'TypedDict'}))}"
    ]
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("strikebook.server.wire."):
            wanted = sorted({alias.name for alias in node.names} & used)
            if wanted:
                module = str(node.module).replace("server.wire", "client.shapes")
                imports.append(f"from {module} import {', '.join(wanted)}")
    docstring = ast.get_docstring(tree, clean=False)
    head = [f'"""{docstring}"""', _NOTE.format(name=name), "from __future__ import annotations", "\n".join(imports)]
    return _formatted("\n\n".join([*head, *body]) + "\n")


def _from_elsewhere(tree: ast.Module, used: set[str]) -> list[str]:
    """Names of the server's other packages: sets of words, which are written out."""
    found = []
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith(("strikebook.server", "typing")):
            for name in (each.name for each in node.names if each.name in used):
                words = get_args(getattr(importlib.import_module(str(node.module)), name))
                if words:
                    found.append(f"{name}: TypeAlias = Literal[{', '.join(map(repr, words))}]")
    return found


def _statements(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.ClassDef) and (node.name in ASKED or not _is_asked(node)):
        return [_class(node)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and _name(node.annotation) == "TypeAlias":
        assert node.value is not None
        return [f"{node.target.id}: TypeAlias = {_annotation(node.value)}"]
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript) and _name(node.value.value) == "Literal":
        return [f"{ast.unparse(node.targets[0])}: TypeAlias = {ast.unparse(node.value)}"]
    return []


def _is_asked(node: ast.ClassDef) -> bool:
    names = {_name(base) for base in node.bases}
    return "Asked" in names or node.name in _ROOTS


def _class(node: ast.ClassDef) -> str:
    docstring = f'"""{ast.get_docstring(node, clean=False)}"""'
    (first, *_) = node.bases
    if isinstance(first, ast.Subscript) and _name(first.value) == "RootModel":
        return f"{node.name}: TypeAlias = {_annotation(first.slice)}\n{docstring}"
    members = [_member(each, node.name in ASKED) for each in node.body if isinstance(each, ast.AnnAssign)]
    if any(not name.isidentifier() or name == "from" for name, _, _ in members):
        listed = ", ".join(f"{name!r}: {kind!r}" for name, kind, _ in members)
        return f"{node.name} = TypedDict({node.name!r}, {{{listed}}})\n{docstring}"
    bases = [name for base in node.bases if (name := _name(base)) not in _ROOTS] or ["TypedDict"]
    lines = [f"class {node.name}({', '.join(bases)}):", f"    {docstring}", ""]
    for name, kind, description in members:
        lines.append(f"    {name}: {kind}")
        if description:
            lines.append(f'    """{description}"""')
    return "\n".join(lines)


def _member(node: ast.AnnAssign, asked: bool) -> tuple[str, str, str]:
    """Name, type and description of a member."""
    assert isinstance(node.target, ast.Name)
    name, kind, description, optional = node.target.id, _annotation(node.annotation), "", node.value is not None
    if isinstance(node.value, ast.Call):
        optional = bool(node.value.args)
        for word in node.value.keywords:
            optional = optional or (word.arg or "").startswith("default")
            if word.arg == "alias":
                name = ast.literal_eval(word.value)
            if word.arg == "description":
                description = ast.literal_eval(word.value)
    if asked:
        kind = kind.removesuffix(" | None")
    return name, f"NotRequired[{kind}]" if optional else kind, description


def _annotation(node: ast.expr) -> str:
    return ast.unparse(_Plain().visit(node))


def _name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _quoted_names(text: str) -> set[str]:
    """Names in the types of a TypedDict that is written as a call."""
    quoted = (node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant))
    return {word for each in quoted if isinstance(each, str) and each.isidentifier() for word in (each,)}


def _formatted(text: str) -> str:
    for command in (("check", "--select", "I,UP", "--fix", "--quiet"), ("format", "--quiet")):
        done = subprocess.run(
            [Path(sys.executable).with_name("ruff"), *command, "--stdin-filename", str(SHAPES / "shapes.py"), "-"],
            cwd=ROOT, input=text, capture_output=True, text=True, check=True,
        )  # fmt: skip
        text = done.stdout
    return text


def main() -> None:
    SHAPES.mkdir(exist_ok=True)
    texts = {name: shapes_of(name) for name in modules()}
    for name, text in texts.items():
        (SHAPES / f"{name}.py").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
