"""The lifecycle as it is published: states, steps, evidence and picture, all read from the table. Pure."""

from typing import Any

from service.register.commitments.rules.evidence import MODELS
from service.register.commitments.rules.lifecycle import MEANING, OPEN, SPINE, Action, State, Table, picture, steps_from


def machine(table: Table | None = None) -> dict[str, Any]:
    """Return the machine as JSON values; `evidence` holds one JSON Schema per action."""
    return {
        "states": [
            {"state": state, "meaning": MEANING[state], "open": state in OPEN, "spine": state in SPINE}
            for state in State
        ],
        "steps": [
            {
                "action": step.action,
                "source": step.source,
                "target": str(step.target),
                "permission": step.permission,
                "when": {name: str(value).lower() for name, value in step.when.items()},
            }
            for state in State
            for step in steps_from(state, table)
        ],
        "evidence": {action: MODELS[action].model_json_schema() for action in Action},
        "picture": picture(table),
    }
