"""Templates of steps at home, which a party's secretariat keeps in the charter, and of which a move brings the steps to a matter. Pure.

A move names a template by its kind alone; what it says then is bound into the evidence, so that the matter's own trail tells
it, and no later change of the template reaches what was applied.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from service.errors import Fault, fault
from service.register.decisions.rules.matter import Found, Members, Name
from service.register.decisions.rules.steps import APPLY_TEMPLATE, TemplateKind

TEMPLATE: Final = "step_template"
"""The kind of a name that is a template's; found are those of every party."""
BOUND: Final[Mapping[str, str]] = {"steps": "steps", "template_entry": "entry"}
"""What of a template stands in the evidence, and by which name the template has it."""


def named(body: Members) -> list[Name]:
    """Return the template that a body names; the body may be of any shape."""
    if body.get("action") != APPLY_TEMPLATE:
        return []
    wanted = body.get("template")
    return [Name("/template", TEMPLATE, wanted)] if isinstance(wanted, str) and wanted in list(TemplateKind) else []


def kept(templates: Members | None, key: str) -> Found:
    """Return what stands under a template's name, given what the charter keeps: by party, each kind's."""
    return Found(templates={party: one[key] for party, one in (templates or {}).items() if key in one})


def bound(body: Members, found: Mapping[Name, Found | None], party: str | None) -> Members:
    """Return the body with what the party's template says, where it does not say so itself."""
    template = _of(found, party)
    if not template:
        return body
    lacking = {name: template[there] for name, there in BOUND.items() if body.get(name) is None}
    return {**body, **lacking}


def wrong(body: Members, found: Mapping[Name, Found | None], party: str | None) -> Iterator[Fault]:
    """Yield that the party has no such template, or that something else is said than it says."""
    if not any(name.kind == TEMPLATE for name in found):
        return
    template = _of(found, party)
    if template is None:
        said = (
            f"the secretariat of {party} keeps no such template; set_step_template, a move of the commission, sets one"
        )
        yield fault("/template", said)
        return
    for name, there in BOUND.items():
        if body.get(name) not in (None, template[there]):
            yield fault(f"/{name}", "is not what the template says; leave it out: the service supplies it")


def _of(found: Mapping[Name, Found | None], party: str | None) -> Mapping[str, Any] | None:
    all_kept = next((one for name, one in found.items() if name.kind == TEMPLATE and one), None)
    mine: Mapping[str, Any] | None = all_kept.templates.get(str(party)) if all_kept else None
    return mine
