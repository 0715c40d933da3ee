"""What must stay one: one place decides a state, one commits, one writes entries; everything stays small, and is where we say."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

SERVICE = Path(__file__).parent.parent / "service"
FILES = sorted(SERVICE.rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 40


@cache
def parsed() -> list[tuple[str, list[ast.AST]]]:
    """Return each file and all that stands in it, read once: five questions below ask every node of the house."""
    return [(str(file.relative_to(SERVICE)), list(ast.walk(ast.parse(file.read_text())))) for file in FILES]


def functions(nodes: Iterable[ast.AST]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def called() -> list[tuple[str, ast.Call]]:
    """Return file:function of each call, once for each function that it stands in."""
    return [
        (f"{file}:{function.name}", node)
        for file, nodes in parsed()
        for function in functions(nodes)
        for node in ast.walk(function)
        if isinstance(node, ast.Call)
    ]


def calls(name: str) -> list[str]:
    """Return file:function of each call of `name`, whether bare or as an attribute."""
    found = {
        where for where, call in called() if name in {getattr(call.func, "id", None), getattr(call.func, "attr", None)}
    }
    return sorted(found)


@cache
def written() -> list[tuple[str, str]]:
    """Return each file and each string constant in it, in lower case (docstrings aside)."""
    found = []
    for file, nodes in parsed():
        documented = {
            id(node.body[0].value)
            for node in nodes
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        constants = [node for node in nodes if isinstance(node, ast.Constant) and id(node) not in documented]
        found += [(file, node.value.lower()) for node in constants if isinstance(node.value, str)]
    return found


def holding(text: str) -> list[str]:
    """Return the files in which some string constant holds `text` (docstrings aside)."""
    return sorted({file for file, constant in written() if text.lower() in constant})


def test_one_function_decides_what_a_commitment_becomes() -> None:
    assert calls("effect") == [
        "register/commissions/rules/charter/fitness.py:_wrong_move",
        "register/commissions/rules/fitness.py:_wrong_move",
        "register/commissions/rules/fitness.py:_wrong_value",
        "register/commitments/rules/fitness.py:_wrong_move",
        "register/commitments/rules/fitness.py:_wrong_value",
        "register/commitments/rules/version_1.py:unfit",
        # For the service and for the verifier.
        "register/decisions/rules/matter.py:effective",
        # What a move of old brought to a commitment of which nothing was known.
        "register/decisions/rules/mending.py:landed",
        "register/groups/rules/fitness.py:_wrong_move",
        "register/groups/rules/fitness.py:_wrong_value",
        "register/instruments/rules/fitness.py:_wrong_move",
        "register/instruments/rules/fitness.py:_wrong_value",
    ], (
        "what a move changes is asked of `Rules.effective`, by `take_effect`; who must ask beside it stands here, with a reason"
    )
    assert calls("effective") == [
        # What an instrument is of which a commitment alone tells, and once it is opened, as its commitment tells it.
        "register/commitments/rules/alone.py:as_it_stands",
        "register/commitments/rules/opening.py:told_of",
        "register/decisions/engine/writing.py:take_effect",
        "verify/replay/decisions.py:_conclude",
        "verify/replay/instruments.py:_enter",
    ]
    assert calls("take_effect") == [
        "register/decisions/commands.py:_last_confirmed",
        "register/decisions/engine/writing.py:proposed",
    ], "a state is decided where a proposal takes effect at once, or by its last confirmation, and nowhere else"


def test_the_row_of_a_matter_is_written_by_insert_and_save_alone() -> None:
    writers = [
        where
        for where, node in called()
        if getattr(node.func, "attr", "") in {"insert", "update"}
        and node.args
        and (getattr(node.args[0], "id", "") == "_commitment" or getattr(node.args[0], "attr", "") == "table")
    ]
    assert sorted(writers) == [
        "register/decisions/engine/writing.py:_changing",
        "register/decisions/engine/writing.py:_inserting",
    ], "change a matter by `save` or `insert` of register/decisions/engine/writing.py, which write its entry with it"
    assert calls("_inserting") == ["register/decisions/engine/writing.py:insert"]
    # What another one alone told of has a row before it has a trail.
    changing = ["register/decisions/engine/writing.py:insert", "register/decisions/engine/writing.py:save"]
    assert calls("_changing") == changing
    assert not [file for verb in ("update commitment ", "insert into commitment ") for file in holding(verb)]


def test_one_function_writes_entries() -> None:
    # The privileges name the table so that nobody may change it, the doctor asks what is missing in it, spans when a trail began, and
    # what is told alone whether an instrument ever carried who tells it.
    reading = ["database/doctor/content.py", "database/privileges.py", "database/spans.py", "database/told_alone.py"]
    assert holding("audit_entry") == [*reading, "trail/models.py"]
    writers = {
        file
        for file, nodes in parsed()
        for node in nodes
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "insert"
        and node.args
        and getattr(node.args[0], "id", "") in {"_entry", "AuditEntry"}
    }
    assert writers == {"trail/append.py"}, "write an entry by `append`, or with a matter by `save` or `insert`"


def test_one_place_commits_a_request_and_it_is_the_dependency() -> None:
    assert {one.partition(":")[0] for one in calls("commit")} <= {"database/pool.py", "database/transaction.py"}, (
        "take a `Transaction`: it commits before the answer leaves"
    )
    # Who has no request begins a transaction of his own: commands, the demo, the sequencer, migrations, what forgets.
    begun = [one for one in calls("begin") if one != "main/__init__.py:_forget"]
    assert {one.partition("/")[0] for one in begun} <= {"cli", "database", "demo", "sequencer"}, "take a `Transaction`"


def test_nobody_asks_for_a_role_by_name() -> None:
    for file, nodes in parsed():
        for node in nodes:
            if isinstance(node, ast.Compare) and file != "permissions.py":
                named = {getattr(part, "attr", "") for part in ast.walk(node) if isinstance(part, ast.Attribute)}
                assert "roles" not in named, f"{file}:{node.lineno}: ask for a permission, by `require` or `may`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SERVICE)))
def test_files_and_functions_stay_small(file: Path) -> None:
    text = file.read_text()
    lines = len(text.splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines: give a thing of its own a file of its own; shorter words are no cure"
    for function in functions(ast.walk(ast.parse(text))):
        lines = (function.end_lineno or 0) - function.lineno + 1
        assert lines <= LONGEST_FUNCTION, f"{function.name} has {lines} lines: give a step of it a name"


def test_alembic_is_no_package_since_it_would_shadow_the_library() -> None:
    assert not (SERVICE.parent / "alembic" / "__init__.py").exists()


def test_contributing_names_every_room_and_nothing_that_is_not_there() -> None:
    said = (SERVICE.parent / "CONTRIBUTING.md").read_text()
    named = {name.rstrip("/") for name in re.findall(r"`([a-z_/]+(?:\.py|/))`", said)}
    named.discard("artifacts")  # what runs leave behind
    # What stands in the rooms of the register is named without its room where all have it.
    places = (SERVICE.parent, SERVICE, SERVICE / "register", SERVICE / "register" / "commitments")
    gone = [name for name in named if not any((place / name).exists() for place in places)]
    assert not gone, "CONTRIBUTING.md names files that are not there: say where they are now"
    inner = (file for file in (SERVICE / "register").iterdir() if file.is_dir())
    rooms = {file.name for file in (*SERVICE.iterdir(), *inner) if not file.name.startswith("_")}
    assert not rooms - named, "say in the table of rooms in CONTRIBUTING.md what happens in these"


def test_the_walk_of_one_move_names_functions_that_stand_where_it_says() -> None:
    said = (SERVICE.parent / "CONTRIBUTING.md").read_text()
    walk = re.findall(r"^\d+\. `([a-z_/]+\.py)`: (.+)$", said, re.MULTILINE)
    assert len(walk) == 10, "one move is told in ten lines, each of which begins with its file"
    for file, told in walk:
        text = (SERVICE / file).read_text()
        named = re.findall(r"`(\w+)`", told)
        gone = [one for one in named if not re.search(rf"^((async )?def |class )?{one}\b", text, re.MULTILINE)]
        assert not gone, f"CONTRIBUTING.md says that {file} has {gone}: say where they are now"


def test_nothing_private_is_taken_from_a_framework() -> None:
    for file, nodes in parsed():
        for node in nodes:
            names = [one.name for one in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names += [node.module or ""]
            private = [name for name in names if re.search(r"\._(?!_)", f".{name}")]
            assert not private, f"{file}: {private} may change without notice: take what its makers publish"


def test_no_file_speaks_of_a_machine_or_a_registry() -> None:
    root = SERVICE.parent
    forbidden = ["/wo" + "rk/", "pypi" + ".org", "registry.npm" + "js.org", "files.python" + "hosted"]
    kept = [
        root / name for name in ("README.md", "CONTRIBUTING.md", "pyproject.toml", "requirements.lock", "Dockerfile")
    ]
    for file in [*FILES, *kept, *(root / "tests").rglob("*.py"), *(root / "alembic").rglob("*.py")]:
        if file.exists():
            text = file.read_text()
            assert not [word for word in forbidden if word in text], file


def test_what_belongs_to_a_part_is_marked_where_it_stands() -> None:
    parts = re.findall(
        r"not (\w+)", (SERVICE.parent / "pyproject.toml").read_text().partition("addopts")[2].partition("\n")[0]
    )
    assert {"long", "document"} < set(parts)
    marked = re.compile(rf"\bmark\.({'|'.join(parts)})\b")
    for file in (SERVICE.parent / "tests").rglob("*.py"):
        text = file.read_text()
        assert file.name.startswith("test_") or not marked.search(text), (
            f"{file}: a part would not find what this marks"
        )
        assert not re.search(r"import .*\bpytestmark\b", text), f"{file}: a part would not find this module's tests"


def test_there_is_one_way_to_sql() -> None:
    driving = {"fetch", "fetchrow", "fetchval", "execute", "executemany", "cursor", "copy_records_to_table"}
    # How a command ends is told by the driver's errors, which it does not drive.
    told = {"cli/endings.py"}
    outside = [(file, nodes) for file, nodes in parsed() if not file.startswith("database/") and file not in told]
    for file, nodes in outside:
        for node in nodes:
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            # Types and functions of Core, the dialect's own among them; no engine, no driver.
            allowed = {"sqlalchemy", "sqlalchemy.dialects.postgresql", "sqlalchemy.sql"}
            used = {name for name in names if name.partition(".")[0] in {"sqlalchemy", "asyncpg"}}
            assert used <= allowed, f"{file}: state it with Core, and run it as database/statement.py says"
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                assert node.func.attr not in driving, f"{file}: {node.func.attr}"
    stated = {*holding("SELECT "), *holding("INSERT INTO")}
    assert sorted(stated & {file for file, _ in outside}) == []
