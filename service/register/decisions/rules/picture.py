"""A lifecycle drawn as SVG 1.1: a column for each state, a line for each way of acting, an arrow for each step. Pure.

Nothing is laid out by chance: the columns stand in the order of a matter's life, the lines in the table's. Lengths are pixels.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator
from enum import StrEnum
from hashlib import sha256
from html import escape
from typing import Final

from service.register.decisions.rules.lifecycle import BACK, Lifecycle, Step, Who

LABEL, COLUMN, LINE, HEAD, EDGE = 330, 106, 30, 54, 16
DOT, TIP = 4, 7
BACK_TO: Final = "the state it left"
FOUND: Final = "found_in"
"""The condition that its arrow says itself: in which state it was found."""
STYLE: Final = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --band: #f6f8fa; --all: #0550ae; --own: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --paper: #0d1117; --ink: #e6edf3; --soft: #a5adb7; --line: #3d444d; --band: #161b22; --all: #79b8ff; --own: #d29922; } }
svg { background: var(--paper); font: 13px system-ui, "Segoe UI", "Noto Sans", sans-serif; }
text { fill: var(--ink); } .soft { fill: var(--soft); font-size: 11px; } .action { font-weight: 600; }
.paper { fill: var(--paper); } .band { fill: var(--band); } .life { stroke: var(--line); } .closed { stroke-dasharray: 2 4; }
.spine { font-weight: 700; } .state rect { fill: var(--paper); stroke: var(--soft); } .state.open rect { stroke: var(--all); stroke-width: 2; }
.step path { fill: none; stroke: var(--all); stroke-width: 2; } .step .end { fill: var(--all); stroke: none; }
.own path { stroke: var(--own); stroke-dasharray: 5 3; } .own .end { fill: var(--own); }
"""
POLICY: Final = f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
"""The policy under which the picture may be opened by itself (CSP Level 3): its own style, and nothing else."""


def drawn(table: Lifecycle) -> str:
    """Return the picture of `table`; each step is a `g` that says its action, source and target, as data and as a title."""
    columns = [*table.meaning, *([BACK] if any(step.target is BACK for step in table.steps) else [])]
    places = {state: LABEL + COLUMN * number + COLUMN // 2 for number, state in enumerate(columns)}
    lines = _lines(table.steps)
    width = LABEL + COLUMN * len(columns) + EDGE
    foot = HEAD + LINE * (len(table.begins) + len(lines))
    said = f"{table.noun}: its states and every move between them"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {foot + 44}" width="{width}" height="{foot + 44}" role="img">',
            f"<title>{escape(said)}</title>\n<style>{STYLE}</style>",
            f'<rect class="paper" width="{width}" height="{foot + 44}"/>',
            *(_band(number, width) for number in range(0, len(table.begins) + len(lines), 2)),
            *(_state(table, state, x, foot) for state, x in places.items()),
            *(_begin(word, places[state], number) for number, (word, state) in enumerate(table.begins.items())),
            *(_line(steps, places, number) for number, steps in enumerate(lines, len(table.begins))),
            *_legend(foot + 26),
            "</svg>\n",
        ]
    )


def _lines(steps: Iterable[Step]) -> list[list[Step]]:
    """Return the steps by lines: those with one action and condition, and one target or one source, which share their line."""
    lines: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        where = "stays" if step.target == step.source else step.source if FOUND in step.when else str(step.target)
        lines.setdefault((step.action, _condition(step), step.who, where), []).append(step)
    return list(lines.values())


def _condition(step: Step) -> str:
    told = {name: str(value).lower() for name, value in step.when.items() if name != FOUND}
    return " and ".join(f"{name} = {value}" for name, value in told.items())


def _middle(number: int) -> int:
    return HEAD + LINE * number + LINE // 2


def _band(number: int, width: int) -> str:
    return f'<rect class="band" y="{HEAD + LINE * number}" width="{width}" height="{LINE}"/>'


def _state(table: Lifecycle, state: StrEnum, x: int, foot: int) -> str:
    name = BACK_TO if state is BACK else str(state).replace("_", " ")
    kind = "open" if state in table.open else "closed"
    meaning = f"<title>{escape(table.meaning[state])}</title>" if state in table.meaning else ""
    spine = ' class="spine"' if state in table.spine else ""
    box = "" if state is BACK else f'<rect x="{x - 49}" y="14" width="98" height="28" rx="6"/>'
    return (
        f'<g class="state {kind}">{meaning}<path class="life {kind}" d="M{x} 42V{foot}"/>{box}'
        f'<text{spine} x="{x}" y="33" text-anchor="middle">{escape(name)}</text></g>'
    )


def _label(action: str, condition: str, y: int) -> str:
    when = f' <tspan class="soft">{escape(condition.replace("_", " "))}</tspan>' if condition else ""
    return f'<text class="action" x="{EDGE}" y="{y + 4}">{escape(action.replace("_", " "))}{when}</text>'


def _begin(word: str, x: int, number: int) -> str:
    y = _middle(number)
    return f'{_label(word, "", y)}<g class="step begin">{_arrow(LABEL - 12, x, y)}</g>'


def _line(steps: list[Step], places: dict[StrEnum, int], number: int) -> str:
    y = _middle(number)
    return "\n".join([_label(steps[0].action, _condition(steps[0]), y), *(_step(step, places, y) for step in steps)])


def _step(step: Step, places: dict[StrEnum, int], y: int) -> str:
    source, target = places[step.source], places[step.target]
    end = BACK_TO if step.target is BACK else step.target
    who = "one party alone" if step.who is Who.OWN else "every party confirms"
    condition = f", if {step.condition}" if step.when else ""
    shape = _loop(source, y) if source == target else _arrow(source, target, y)
    return (
        f'<g class="step {step.who}" data-action="{step.action}" data-source="{step.source}" data-target="{step.target}">'
        f"<title>{escape(f'{step.action}: {step.source} → {end}{condition} ({who})')}</title>{shape}</g>"
    )


def _arrow(source: int, target: int, y: int) -> str:
    back = target - TIP if source < target else target + TIP
    return (
        f'<circle class="end" cx="{source}" cy="{y}" r="{DOT}"/><path d="M{source} {y}H{back}"/>'
        f'<path class="end" d="M{target} {y}L{back} {y - 5}V{y + 5}Z"/>'
    )


def _loop(x: int, y: int) -> str:
    return (
        f'<circle class="end" cx="{x}" cy="{y - 5}" r="{DOT - 1}"/><path d="M{x} {y - 5}C{x + 22} {y - 9} {x + 22} {y + 9} {x + TIP} {y + 6}"/>'
        f'<path class="end" d="M{x} {y + 6}L{x + TIP + 1} {y + 1}V{y + 11}Z"/>'
    )


def _legend(y: int) -> Iterator[str]:
    told = (("all", "every party confirms it"), ("own", "one party alone, at once"))
    for number, (who, said) in enumerate(told):
        x = EDGE + 10 + 240 * number
        yield f'<g class="step {who} legend">{_arrow(x, x + 50, y)}</g><text class="soft" x="{x + 60}" y="{y + 4}">{said}</text>'
    yield (
        f'<text class="soft" x="{EDGE + 510}" y="{y + 4}">Bold: the spine. Blue frame: open. '
        "Dotted line: closed. A loop: the state stays.</text>"
    )
