"""A lifecycle as it is published: states, steps, evidence and picture, all read from the table. Pure."""

from typing import Any

from service.register.decisions.rules.matter import Rules


def machine(rules: Rules[Any]) -> dict[str, Any]:
    """Return the machine as JSON values; `evidence` holds one JSON Schema per action."""
    table = rules.lifecycle
    return {
        "states": [
            {"state": state, "meaning": meaning, "open": state in table.open, "spine": state in table.spine}
            for state, meaning in table.meaning.items()
        ],
        "steps": [
            {
                "action": step.action,
                "source": step.source,
                "target": step.target,
                "permission": step.permission,
                "who": step.who,
                "by": step.by,
                "when": {name: str(value).lower() for name, value in step.when.items()},
            }
            for state in table.meaning
            for step in table.steps_from(state)
        ],
        "evidence": {action: model.model_json_schema() for action, model in rules.evidence.items()},
        "picture": table.picture(),
    }
