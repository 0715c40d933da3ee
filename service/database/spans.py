"""The spans of matters, kept by triggers of their tables: whoever writes, and whichever release, what was is found afterwards.

A row says that a matter may have been in a state from one day until before another, by what is known since one moment; that it had
ended is known since another. Rows are added, and closed once; `any` stands for every state, where a day was put right or a move undone,
and of what was there before the table. What is told is never too little: a list replays the few that it shows from their entries.
"""

from typing import Final

KINDS: Final = ("commitment", "instrument")
ANY: Final = "any"
_COLUMNS: Final = "matter_id, commission_id, state, begins, ends, known_from, known_to"
# As `service.values.end` reads it; of what is no day, nothing: a text that was corrected may look like one.
_LAST_DAY: Final = r"""CREATE OR REPLACE FUNCTION last_day(said text) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN said !~ '^\d{4}(-\d\d){0,2}$' OR NOT pg_input_is_valid(rpad(said, 10, '-01'), 'date') THEN NULL
        WHEN length(said) = 4 THEN (said || '-12-31')::date
        WHEN length(said) = 7 THEN ((said || '-01')::date + interval '1 month' - interval '1 day')::date
        ELSE said::date END
$$"""
# Of what was there before: since the first day that its row, its moves or its first entry tell.
_BEFORE: Final = f"""CREATE OR REPLACE FUNCTION span_of_before(matter uuid, commission uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO span ({_COLUMNS})
    SELECT matter, commission, '{ANY}', LEAST(
        COALESCE((earliest.recorded_at AT TIME ZONE 'UTC')::date, '-infinity'),
        (SELECT min(last_day(said.value)) FROM transition, jsonb_each_text(transition.evidence) AS said
            WHERE transition.matter_id = matter AND said.key IN ('agreed_on', 'effective_on', 'signed_on', 'value')),
        (SELECT LEAST(last_day(agreed_on), last_day(effective_on)) FROM commitment WHERE id = matter),
        (SELECT last_day(effective_on) FROM instrument WHERE id = matter)
    ), 'infinity', COALESCE(earliest.recorded_at, '-infinity'), 'infinity'
    FROM (VALUES (1)) AS one LEFT JOIN audit_entry AS earliest ON earliest.subject = matter AND earliest.seq = 0
    ON CONFLICT DO NOTHING
$$"""  # noqa: S608 -- names of ours
_UNSURE: Final = f"""CREATE OR REPLACE FUNCTION span_unsure(matter uuid, commission uuid, at timestamptz, day date) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM span WHERE matter_id = matter) THEN
        PERFORM span_of_before(matter, commission);
    END IF;
    INSERT INTO span ({_COLUMNS})
    SELECT matter, commission, '{ANY}', LEAST(min(begins), day), 'infinity', at, 'infinity' FROM span WHERE matter_id = matter
    ON CONFLICT (matter_id, known_from, state) DO UPDATE SET begins = LEAST(span.begins, excluded.begins);
END $$"""  # noqa: S608 -- names of ours
# A state begins on its day, on which the record heard of it at the latest. What was found further was agreed, and signed, before.
_MOVED: Final = f"""CREATE OR REPLACE FUNCTION span_moved() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    here uuid := NEW.id;
    at timestamptz := NEW.changed_at;
    heard date := (NEW.changed_at AT TIME ZONE 'UTC')::date;
    since date := LEAST(heard, last_day(NEW.effective_on));
    agreed date;
    signed date;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.seq > 0 THEN
            PERFORM span_of_before(here, NEW.commission_id);
            RETURN NULL;
        END IF;
    ELSIF NEW.state IN (OLD.state, 'proposed') OR NOT EXISTS (SELECT FROM span WHERE matter_id = here) THEN
        PERFORM span_unsure(here, NEW.commission_id, at, since);
        RETURN NULL;
    END IF;
    IF NEW.state IN ('proposed', 'retracted') THEN
        since := COALESCE((SELECT min(begins) FROM span WHERE matter_id = here), heard);
    ELSIF TG_TABLE_NAME = 'commitment' AND NEW.state IN ('agreed', 'mou_drafted', 'signed', 'implemented') THEN
        IF TG_OP = 'INSERT' OR OLD.state = 'proposed' THEN
            signed := last_day(NEW.instrument ->> 'signed_on');
            agreed := LEAST(heard, COALESCE(last_day(NEW.agreed_on), CASE WHEN NEW.state <> 'agreed' THEN LEAST(since, signed) END));
            since := CASE WHEN NEW.state = 'agreed' THEN agreed ELSE GREATEST(agreed, since) END;
            INSERT INTO span ({_COLUMNS})
            SELECT here, NEW.commission_id, was.state, was.begins, since, at, at
            FROM (VALUES ('agreed', agreed), ('signed', GREATEST(agreed, LEAST(heard, COALESCE(signed, agreed))))) AS was (state, begins)
            WHERE was.begins < since AND (was.state = 'agreed' OR NEW.state = 'implemented');
        END IF;
    END IF;
    UPDATE span SET ends = CASE WHEN state IN ('proposed', 'retracted') THEN '-infinity' ELSE since END, known_to = at
    WHERE matter_id = here AND ends = 'infinity' AND state <> '{ANY}';
    INSERT INTO span ({_COLUMNS}) VALUES (here, NEW.commission_id, NEW.state, since, 'infinity', at, 'infinity')
    ON CONFLICT (matter_id, known_from, state) DO UPDATE
    SET begins = LEAST(span.begins, excluded.begins), ends = excluded.ends, known_to = excluded.known_to;
    RETURN NULL;
END $$"""  # noqa: S608 -- names of ours
_MENDED: Final = """CREATE OR REPLACE FUNCTION span_mended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM span_unsure(NEW.matter_id, NEW.commission_id, NEW.closed_at,
        LEAST(last_day(NEW.evidence ->> 'value'), last_day(NEW.evidence ->> 'effective_on')));
    RETURN NULL;
END $$"""
FUNCTIONS: Final = (_LAST_DAY, _BEFORE, _UNSURE, _MOVED, _MENDED)
_MENDS: Final = r"""NEW.status = 'effective' AND NEW.matter_kind IN ('commitment', 'instrument')
    AND (NEW.action = 'reinstate' OR NEW.action = 'correct' AND NEW.evidence ->> 'fact' LIKE '%\_on')"""


def triggers() -> list[str]:
    """Return the statements that make the triggers, also where they are there already."""
    moved, mended = (
        "FOR EACH ROW {} EXECUTE FUNCTION span_moved()",
        "FOR EACH ROW WHEN ({}) EXECUTE FUNCTION span_mended()",
    )
    changed = "WHEN (OLD.state <> NEW.state OR OLD.effective_on IS DISTINCT FROM NEW.effective_on)"
    made = [f"CREATE OR REPLACE TRIGGER span_made AFTER INSERT ON {name} {moved.format('')}" for name in KINDS]
    kept = [f"CREATE OR REPLACE TRIGGER span_kept AFTER UPDATE ON {name} {moved.format(changed)}" for name in KINDS]
    at_once = f"CREATE OR REPLACE TRIGGER span_mended_at_once AFTER INSERT ON transition {mended.format(_MENDS)}"
    later = f"OLD.status <> NEW.status AND {_MENDS}"
    return [
        *made, *kept, at_once, f"CREATE OR REPLACE TRIGGER span_mended AFTER UPDATE ON transition {mended.format(later)}",
    ]  # fmt: skip


def filled(name: str, after: str, most: int) -> str:
    """Return the statement that fills `most` matters of the table `name` that come after this id, and returns the last of them."""
    return f"""SELECT max(id::text) FROM (SELECT id, span_of_before(id, commission_id) FROM (SELECT id, commission_id FROM {name}
        WHERE id > '{after}' AND NOT EXISTS (SELECT FROM span WHERE matter_id = id) ORDER BY id LIMIT {most}) AS next) AS done"""  # noqa: S608 -- names of ours
