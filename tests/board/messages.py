"""Every sentence and name that the pages say, found in their templates and tables."""

from pathlib import Path

from jinja2 import Environment, nodes

from service.board import story, words

TEMPLATES = Path(words.__file__).parent / "templates"


def said() -> set[str]:
    """Return each of them, in English."""
    found = {*words.NAMES.values(), *story.TOLD.values()}
    for template in TEMPLATES.glob("*.html"):
        for call in Environment(autoescape=True).parse(template.read_text()).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "t" and isinstance(call.args[0], nodes.Const):
                found.add(call.args[0].value)
    return found
