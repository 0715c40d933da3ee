"""The statements of the limit, written by hand: the same reads and the same durable writes as the service's.

Nothing is imported for them: a limit that held the service's models would make the service's memory look small.
"""

_columns = """changed_at, id, reference, commission_id, session_id, carried_to_session_id, carried_over, working_group_id, item_number,
 draft_reference, paragraph, annex, verb, sector, titles, texts, confidentiality, target_date, due_on, instrument_required, no_instrument_reason, instrument,
 party_facts, state, agreed_on, effective_on, suspended_from, review_on, successor, successors, outcome, modification, subject_to,
 corrected, unknown, progress, recorded_by, recorded_at, kind, target_text, source, remark, continues, pushed_by, event_session_id"""
_today = "(now() AT TIME ZONE 'UTC')::date"
_open = "state IN ('proposed', 'agreed', 'mou_drafted', 'signed', 'suspended')"
READ = f"""SELECT {_columns}, seq AS version,
 CASE WHEN open_transition_id IS NOT NULL THEN jsonb_build_object('id', open_transition_id,
  'proposed_by', proposed_by, 'awaiting', awaiting, 'expires_at', expires_at) END AS open_transition,
 coalesce({_open} AND due_on < {_today}, false) AS overdue,
 coalesce({_open} AND due_on BETWEEN {_today} AND {_today} + 30, false) AS due_soon,
 {_open} AND coalesce(greatest(moved_on, reported_on), (changed_at AT TIME ZONE 'UTC')::date)
  < {_today} - interval '6 months' AS dormant,
 refused_transition_id IS NOT NULL AS disputed,
 commission_id = ANY(ARRAY(SELECT id FROM commission WHERE entered <> '{{}}'::jsonb)) AS one_sided,
 ARRAY[]::text[] AS not_acknowledged_by, NULL AS past, NULL AS kept_by, '{{}}'::jsonb AS disputed_by,
 coalesce(founded_group_ids, '[]'::jsonb) AS founded_group_ids, '[]'::jsonb AS package_items, NULL AS package_items_done, NULL AS hint,
 '[]'::jsonb AS steps, '[]'::jsonb AS steps_missing_of, '[]'::jsonb AS missing_steps,
 (SELECT count(*) FROM jsonb_object_keys(carried_over)) AS carried_over_count, NULL AS kept_by
 FROM commitment"""
_same_item = """(SELECT jsonb_agg(jsonb_build_object('id', o.id, 'reference', o.reference, 'recorded_by', o.recorded_by, 'state', o.state))
 FROM commitment o WHERE o.session_id = commitment.session_id AND o.item_number = commitment.item_number AND o.id <> commitment.id
 AND o.state NOT IN ('retracted', 'merged', 'superseded')) AS same_item"""
_leading = """coalesce((SELECT ARRAY(SELECT unnest(c.parties) EXCEPT SELECT unnest(g.co_led_by)) FROM working_group g
 JOIN commission c ON c.id = g.commission_id WHERE g.id = commitment.working_group_id), '{}') AS without_co_lead,
 false AS open_at_dissolution"""
_named = """jsonb_build_object('id', {0}.id, 'code', {1}, 'name', {2})"""
_names = f"""(SELECT {_named.format("c", "c.code", "c.titles ->> 'en'")} FROM commission c WHERE c.id = commitment.commission_id) AS commission,
 (SELECT {_named.format("s", "c.code || '/' || to_char(s.ordinal, 'FM900')", "'Session ' || s.ordinal")} FROM session s
  JOIN commission c ON c.id = s.commission_id WHERE s.id = commitment.session_id) AS session,
 (SELECT {_named.format("g", "g.code", "g.titles ->> 'en'")} FROM working_group g WHERE g.id = commitment.working_group_id) AS working_group,
 coalesce((SELECT jsonb_object_agg(f.key, jsonb_build_array({_named.format("o", "o.code", "o.name")})) FROM jsonb_each(party_facts) f
  JOIN organisation o ON o.id = (f.value ->> 'lead_organisation_id')::uuid), '{{}}') AS lead_organisations,
 (SELECT {_named.format("s", "c.code || '/' || to_char(s.ordinal, 'FM900')", "'Session ' || s.ordinal")} FROM session s
  JOIN commission c ON c.id = s.commission_id WHERE s.id = commitment.carried_to_session_id) AS carried_to_session,
 (SELECT {_named.format("s", "c.code || '/' || to_char(s.ordinal, 'FM900')", "'Session ' || s.ordinal")} FROM session s
  JOIN commission c ON c.id = s.commission_id WHERE s.id = commitment.event_session_id) AS event_session, '[]'::jsonb AS founded_groups"""
READ_ONE = f"{READ} WHERE id = $1".replace(
    " FROM commitment", f", {_same_item}, {_leading}, {_names} FROM commitment", 1
)
LIST = f"{READ} WHERE state = $1 AND working_group_id = $2 ORDER BY reference LIMIT $3"
NAMES = """SELECT id, code, titles ->> 'en' AS name FROM commission WHERE id = ANY($1)
UNION ALL SELECT s.id, c.code || '/' || to_char(s.ordinal, 'FM900'), 'Session ' || s.ordinal FROM session s
 JOIN commission c ON c.id = s.commission_id WHERE s.id = ANY($2)
UNION ALL SELECT id, code, titles ->> 'en' FROM working_group WHERE id = ANY($3)
UNION ALL SELECT id, code, name FROM organisation WHERE id = ANY($4)"""
TRAIL = """SELECT e.subject, e.seq, e.kind, e.recorded_at, e.canonical, e.leaf, l.index,
 l.index < (SELECT max(size) FROM log_checkpoint
  WHERE log_id = (SELECT commission_id FROM commitment WHERE id = $1)) AS in_checkpoint
 FROM audit_entry e LEFT JOIN log_entry l ON l.subject = e.subject AND l.seq = e.seq
 WHERE e.subject = $1 ORDER BY e.seq LIMIT 51"""
_called = "CASE WHEN {0}.id IS NOT NULL THEN jsonb_build_object('id', {0}.id, 'code', {0}.code, 'name', {0}.titles ->> 'en') END"
ME = f"""SELECT r.commission_id, {_called.format("c")} AS commission, r.working_group_id, {_called.format("g")} AS working_group, r.role,
 (SELECT jsonb_build_object('id', o.id, 'code', o.code, 'name', o.name) FROM organisation o WHERE o.id = $1) AS organisation,
 EXISTS (SELECT FROM restoration WHERE party = $2 AND ended_at IS NULL) AS announced
 FROM (SELECT commission_id, NULL::uuid AS working_group_id, 'secretariat' AS role
  FROM commission_party WHERE secretariat_id = $1
 UNION ALL SELECT id, NULL, 'party' FROM commission WHERE parties @> ARRAY[$2::text]
 UNION ALL SELECT g.commission_id, g.id, m.role FROM membership m JOIN working_group g ON g.id = m.working_group_id
  WHERE m.organisation_id = $1 AND m.ended_at IS NULL) r
 LEFT JOIN commission c ON c.id = r.commission_id LEFT JOIN working_group g ON g.id = r.working_group_id
 ORDER BY 1, 3 NULLS FIRST, 5"""
WHO = """SELECT p.id, p.subject, p.organisation_id, o.party FROM principal p JOIN organisation o
 ON o.id = p.organisation_id WHERE p.subject = $1"""

_head = """c.id, c.reference, c.titles, c.state, c.suspended_from, c.commission_id, c.seq, c.leaf,
 charter.code, charter.titles AS commission_titles, (SELECT name FROM principal WHERE id = $2) AS mover"""
_charter = "WITH charter AS (SELECT id, code, titles FROM commission WHERE id = (SELECT commission_id FROM {} WHERE id = $1) FOR SHARE)"
LOCK = f"""{_charter.format("commitment")} SELECT {_head}, uuidv7() AS new_id, clock_timestamp() AS at
 FROM commitment c JOIN charter ON charter.id = c.commission_id WHERE c.id = $1 FOR NO KEY UPDATE OF c"""
LOCK_BY_TRANSITION = f"""{_charter.format("transition")} SELECT {_head}, uuidv7() AS new_id, clock_timestamp() AS at,
 t.action, t.source, t.target, t.evidence, t.proposed_by, t.proposer_id, t.awaited, t.proposed_at
 FROM transition t JOIN commitment c ON c.id = t.matter_id JOIN charter ON charter.id = c.commission_id
 WHERE t.id = $1 FOR NO KEY UPDATE OF c"""
# Each write: id, seq, leaf, at first; then the log, the entry's bytes; then what is its own.
_entry = """, queued AS (INSERT INTO audit_pending (log_id, subject, seq, leaf) VALUES ($5, $1, $2, $3))
 INSERT INTO audit_entry (subject, seq, leaf, recorded_at, log_id, canonical, kind)
 VALUES ($1, $2, $3, $4, $5, $6, '{kind}')"""
_moved = """INSERT INTO transition (id, matter_kind, matter_id, commission_id, action, status, source, target, evidence, proposed_by,
 proposer_id, awaited, proposed_at, closed_at)"""
EFFECT = f"""WITH changed AS (UPDATE commitment SET seq = $2, leaf = $3, changed_at = $4, state = $7,
  suspended_from = $8 WHERE id = $1),
 moved AS ({_moved} VALUES ($9, 'commitment', $1, $5, $10, 'effective', $11, $7, $12, $13, $14, '{{}}', $4, $4))
 {_entry.format(kind="transition.proposed")}"""
PROPOSE = f"""WITH changed AS (UPDATE commitment SET seq = $2, leaf = $3, changed_at = $4, open_transition_id = $9,
  proposed_by = $13, awaiting = $8 WHERE id = $1),
 moved AS ({_moved} VALUES ($9, 'commitment', $1, $5, $10, 'open', $11, $7, $12, $13, $14, $8, $4, NULL))
 {_entry.format(kind="transition.proposed")}"""
CONFIRM = f"""WITH changed AS (UPDATE commitment SET seq = $2, leaf = $3, changed_at = $4, state = $7,
  suspended_from = $8, open_transition_id = NULL, proposed_by = NULL, awaiting = '{{}}' WHERE id = $1),
 closed AS (UPDATE transition SET status = 'effective', closed_at = $4 WHERE id = $9),
 answered AS (INSERT INTO confirmation (transition_id, party, id, decision, principal_id, decided_at)
  VALUES ($9, $10, $11, 'confirm', $12, $4))
 {_entry.format(kind="transition.confirmed")}"""

__all__ = [
    "CONFIRM",
    "EFFECT",
    "LIST",
    "LOCK",
    "LOCK_BY_TRANSITION",
    "ME",
    "NAMES",
    "PROPOSE",
    "READ_ONE",
    "TRAIL",
    "WHO",
]
