"""The house as built: floors, cycles, foreign words, lengths and docstrings, read from the source by AST."""

from __future__ import annotations

import ast
import functools
import inspect
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "recoverynet"
FLOORS = {
    **dict.fromkeys(
        ("errors", "arguments", "plain", "readable", "randomness", "progress", "instants", "ids", "shown", "recurrence"), 0
    ),
    **dict.fromkeys(("atomic", "by_row", "scratch", "untrusted", "csv_files"), 0),
    **dict.fromkeys(("kernels", "draw"), 1),
    **dict.fromkeys(("results", "observed", "states", "tables"), 2),
    "formats": 3,
    **dict.fromkeys(("samples", "graphs", "linkage"), 4),
    "measures": 5,
    "models": 6,
    "worlds": 7,
    "report": 8,
    "web": 9,
    "commands": 10,
    "cli": 11,
    "__init__": 12,
    "__main__": 12,
}
JUNK_NAMES = {"utils", "helpers", "common", "misc", "base", "core", "util", "helper"}
FOREIGN = {
    "networkx": ("graphs", "measures"),
    "igraph": ("graphs/interop.py",),
    "matplotlib": ("draw",),
    "duckdb": ("tables", "web"),
    "nbclient": ("report/save",),
    "nbformat": ("report/save",),
    "jupyter_client": ("report/save",),
    "statsmodels": ("measures", "models"),
    "numba": ("kernels",),
    "sqlalchemy": ("web",),
    "starlette": ("web",),
    "uvicorn": ("web",),
    "splink": ("linkage/comparing.py",),
}
KERNEL_IMPORTS = {"numpy", "scipy", "numba", "recoverynet", "__future__", "math", "typing", "collections", "dataclasses",
                  "contextlib", "enum", "functools"}  # fmt: skip
MODULE_LINES, FUNCTION_LINES, KERNEL_FUNCTION_LINES = 400, 40, 80


@functools.cache
def source_files() -> list[Path]:
    return sorted(p for p in PACKAGE.rglob("*.py") if "data" not in p.relative_to(PACKAGE).parts)


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def floor_of(module: str) -> int:
    return FLOORS[module.split(".")[1] if "." in module else "__init__"]


@functools.cache
def imports_of(path: Path) -> list[str]:
    """Every module a file imports, wherever in the file."""
    found: list[str] = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative imports hide the floor"
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def own_imports() -> dict[str, set[str]]:
    modules = {module_name(path): path for path in source_files()}
    return {name: {target for target in imports_of(path) if target in modules and target != name} for name, path in modules.items()}


def definitions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_every_module_stands_on_a_floor() -> None:
    homeless = [
        module_name(p)
        for p in source_files()
        if module_name(p) != "recoverynet.__init__" and module_name(p).split(".")[1] not in FLOORS
    ]
    assert not homeless


def test_imports_go_down() -> None:
    upward = [
        f"{name} imports {target}"
        for name, targets in own_imports().items()
        if name != "recoverynet.__init__"
        for target in targets
        if target != "recoverynet.__init__" and floor_of(target) > floor_of(name)
    ]
    assert not upward
    across = [
        f"{name} imports {target}"
        for name, targets in own_imports().items()
        for target in targets
        if floor_of(name) == floor_of(target) == 1 and name.split(".")[1] != target.split(".")[1]
    ]
    assert not across, "kernels and draw know nothing of each other"


def test_no_cycles() -> None:
    graph = own_imports()
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " → ".join((*path, module))
        if module not in done:
            for target in sorted(graph[module]):
                visit(target, (*path, module))
            done.add(module)

    for module in graph:
        visit(module, ())
    assert done == set(graph)


def test_nothing_inside_walks_back_through_the_door() -> None:
    guilty = [
        path.name
        for path in source_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import) and any(alias.name == "recoverynet" for alias in node.names)
    ]
    assert not guilty


@pytest.mark.parametrize("word", FOREIGN)
def test_foreign_words_stay_at_their_border(word: str) -> None:
    allowed = FOREIGN[word]
    strayed = [
        str(path.relative_to(PACKAGE))
        for path in source_files()
        if any(target.split(".")[0] == word for target in imports_of(path))
        and not any(str(path.relative_to(PACKAGE)).startswith(place) for place in allowed)
    ]
    assert not strayed


def test_kernels_know_arrays_only() -> None:
    strayed = {
        f"{path.name}: {target}"
        for path in source_files()
        if "kernels" in path.parts
        for target in imports_of(path)
        if target.split(".")[0] not in KERNEL_IMPORTS
    }
    assert not strayed


def installed_with(extra: str) -> set[str]:
    """The distributions that `pip install ".[extra]"` brings, by their names."""
    found, left = set[str](), [("recoverynet", extra), ("recoverynet", "")]
    while left:
        name, wanted = left.pop()
        try:
            lines = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:
            continue  # not on this platform
        for line in lines:
            if line.marker is None or line.marker.evaluate({"extra": wanted}):
                added = {(canonicalize_name(line.name), e) for e in ("", *line.extras)}
                left += [one for one in added if one[0] not in found or one[1]]
                found.add(canonicalize_name(line.name))
    return found


def test_tests_stand_on_what_is_installed_for_them() -> None:
    """A stranger runs the tests after `pip install -e ".[test]"`: what else is about on a machine is not there."""
    brought, at_home = installed_with("test"), {p.stem for p in (ROOT / "tests").rglob("*.py")}
    names: dict[str, str] = {}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            names |= {module.partition(".")[0]: str(path.relative_to(ROOT)) for module in modules}
    known = {"recoverynet", "tests"} | set(sys.stdlib_module_names) | at_home
    carried = packages_distributions()
    strangers = {
        m: p for m, p in names.items() if m not in known and not brought & {canonicalize_name(d) for d in carried.get(m, ())}
    }
    assert not strangers


def test_no_junk_drawers() -> None:
    assert not [p for p in source_files() if p.stem in JUNK_NAMES]


SHARED_NAMES = {
    "brief_section", "change_section", "limits_section", "meetings_section", "rerun_section", "settings_in_words",
    "clustering", "coverage_over_time", "ego_map", "importance", "moran", "propose", "pseudonymise",
    "main",
}  # fmt: skip
"""Functions that may bear one name: the sections that every report has, one word on its way down the floors, and commands."""


def test_a_name_stands_for_one_thing() -> None:
    """Nobody has to ask which of two classes, or of two functions, is meant."""
    found: dict[str, list[str]] = {}
    for path in source_files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(str(path))
    twice = {name: paths for name, paths in found.items() if len(paths) > 1}
    assert set(twice) == SHARED_NAMES, {name: paths for name, paths in twice.items() if name not in SHARED_NAMES}


def test_modules_and_functions_stay_short() -> None:
    long = []
    for path in source_files():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > MODULE_LINES:
            long.append(f"{module_name(path)}: {text.count(chr(10))} lines")
        for node in definitions(tree_of(path)):
            limit = KERNEL_FUNCTION_LINES if "kernels" in path.parts else FUNCTION_LINES
            if body_lines(node) > limit:
                long.append(f"{module_name(path)}.{node.name}: {body_lines(node)} lines")
    assert not long


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of code of a function without signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def public_functions() -> list[tuple[str, ast.FunctionDef]]:
    found = []
    for path in source_files():
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found.append((module_name(path), node))
    return found


def test_public_functions_say_what_they_do() -> None:
    silent = [f"{module}.{node.name}" for module, node in public_functions() if not ast.get_docstring(node)]
    assert not silent


def door_functions() -> list[tuple[str, str]]:
    import recoverynet

    stub = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
    lines = [line for line in stub.body if isinstance(line, ast.ImportFrom)]
    found = [(str(line.module), name.name) for line in lines for name in line.names]
    assert sorted(name for _, name in found) == sorted(recoverynet.__all__)
    return [(module, name) for module, name in found if module != "errors"]


@pytest.mark.parametrize(("module", "name"), door_functions())
def test_the_door_opens_and_its_docstrings_are_whole(module: str, name: str) -> None:
    import recoverynet

    thing = getattr(recoverynet, name)
    docstring = thing.__doc__ or ""
    assert thing.__module__ == f"recoverynet.{module}"
    is_function = not isinstance(thing, type)
    wanted = ["Examples"] + (["Returns\n"] if is_function else [])
    if is_function and inspect.signature(thing).parameters:
        wanted.append("Parameters\n")
    missing = [section.strip() for section in wanted if section not in docstring]
    assert not missing, f"{name} lacks {missing}"
    if is_function and "raise" in source_of(module, name):
        assert "Raises\n" in docstring, f"{name} raises and does not say so"


def source_of(module: str, name: str) -> str:
    path = PACKAGE / (module.replace(".", "/") + ".py")
    text = path.read_text(encoding="utf-8")
    for node in tree_of(path).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return ast.get_source_segment(text, node) or ""
    return ""


def test_import_takes_nothing_heavy() -> None:
    program = (
        "import sys, recoverynet; heavy = {'numpy', 'pandas', 'networkx', 'matplotlib', 'igraph', 'numba', 'statsmodels',"
        " 'duckdb', 'nbclient', 'scipy'}; print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_projecting_takes_no_heavy_import() -> None:
    program = (
        "import sys, recoverynet as rn; rn.RecoveryRecord, rn.ContactGraph, rn.project, rn.PersonNetwork; "
        "print(sorted({'networkx', 'matplotlib', 'igraph', 'numba', 'statsmodels', 'nbclient'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_source_speaks_of_the_project_alone() -> None:
    hosts = [a + "." + b for a, b in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"))]
    banned = ["/" + "work/", "/tmp/" + "rn", *hosts]
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    texts = [ROOT / name for name in tracked if Path(name).suffix in {".py", ".md", ".toml", ".ipynb", ".j2", ".css", ".sh"}]
    guilty = [f"{p.name}: {word}" for p in texts if p.exists() for word in banned if word in p.read_text(encoding="utf-8")]
    assert not guilty


ONE_WAY = {
    r"\bduckdb\.connect\(": ("tables/engine.py",),
    r"\.to_csv\(|\bcsv\.writer\(|\bcsv\.DictWriter\(": ("csv_files.py",),
    r"\.to_excel\(|\bExcelWriter\(|\.to_parquet\(|\.savefig\(": ("draw/style.py",),
    r"\bos\.replace\(|\bos\.rename\(|\.rename\(Path": ("atomic.py",),
    r"\btomllib\b|\bjson\.load\b": ("untrusted/structured.py",),
    r"\bElementTree\b": ("untrusted/structured.py", "graphs/graphml_text.py"),
    r"\bnumba\.njit\(cache|cache=True": (),
    r"\bpickle\.loads?\(|\byaml\.load\(|\beval\(|\bexec\(": (),
}
"""What is done in one place, by pattern, and where: the way into DuckDB, the CSV writer, what follows once a file is whole."""


@pytest.mark.parametrize("pattern", ONE_WAY)
def test_one_way_into_and_out_of_files(pattern: str) -> None:
    strayed = [
        f"{path.relative_to(PACKAGE)}: {line.strip()}"
        for path in source_files()
        if str(path.relative_to(PACKAGE)) not in ONE_WAY[pattern]
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(pattern, line) and not line.strip().startswith((">>>", "...", "#"))
    ]
    assert not strayed


def test_files_are_written_whole() -> None:
    """Nobody writes straight under a final name: files go through atomic, or into a folder that it hands out."""
    within = ("partial", "folder /", "text", "mark")
    strayed = [
        f"{path.relative_to(PACKAGE)}: {line.strip()}"
        for path in source_files()
        if path.name != "atomic.py"
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\.write_(?:text|bytes)\(|\.open\(\"[wxa]|[^.\w]open\([^)]*\"[wxa]", line)
        and not line.strip().startswith((">>>", "...", "#"))
        and not any(f"{word}" in line.split(".write_")[0] for word in within)
    ]
    assert not [line for line in strayed if "csv_files.py" not in line]
