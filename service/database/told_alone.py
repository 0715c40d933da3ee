"""Instruments of which a commitment alone tells, kept as rows by triggers: whoever writes, and whichever release.

`service/register/commitments/rules/alone.py` says what such an instrument is; `tests/verify/test_old_told_alone.py` holds the
rows to it. A row has no trail: its `seq` is -1. Its first move begins one, and from then on nothing here touches it. What is told no
more, since a draft was taken back by an earlier release, say, no list has any more.
"""

from typing import Final

_KEY: Final = "overlay(teller.id::text placing '8' from 15 for 1)::uuid"
# The references that the draft with this id may have (RFC 4648, base 32, of a SHA-256).
_DRAFTS: Final = """CREATE OR REPLACE FUNCTION draft_references(stem text, id uuid) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT stem || '/d-' || left(letters.whole, length)
    FROM (SELECT string_agg(substr('abcdefghijklmnopqrstuvwxyz234567', 1 + substring(hash.bits FROM 5 * place + 1 FOR 5)::int, 1), '' ORDER BY place)
            AS whole FROM (SELECT right(sha256(id::text::bytea)::text, -2)) AS digest (hex),
            LATERAL (SELECT ('x' || left(digest.hex, 20))::bit(80)) AS hash (bits), generate_series(0, 15) AS place) AS letters,
        generate_series(4, 13) AS length
$$"""
_MEMBERS: Final = {
    "kind": "known ->> 'kind'",
    "titles": "jsonb_build_object(CASE WHEN 'en' = ANY (charter.languages) THEN 'en' ELSE charter.languages[1] END, known ->> 'title')",
    "contracting_parties": "parties",
    "authentic_languages": "charter.languages || spoken",
    "confidentiality": "teller.confidentiality",
    "text_reference": "known ->> 'text_reference'",
    "in_force_on": "known ->> 'enters_into_force_on'",
    "duration": "CASE WHEN last IS NOT NULL THEN jsonb_build_object('kind', 'until', 'on', last::text) END",
    "ceremony_on": "known ->> 'ceremony_on'",
    "drafting_party": "known ->> 'drafting_party'",
    "drafted_on": "known ->> 'drafted_on'",
    "texts": "CASE WHEN stood = 'signed' AND jsonb_array_length(known -> 'authentic_texts') > 0 THEN known -> 'authentic_texts' END",
    "acts": "CASE WHEN stood = 'signed' AND act <> '{}' THEN jsonb_build_array(act || jsonb_build_object('parties', to_jsonb(parties))) END",
    "signed_on": "CASE WHEN stood = 'signed' THEN known ->> 'signed_on' END",
    "effective_on": "CASE stood WHEN 'signed' THEN known ->> 'signed_on' ELSE known ->> 'drafted_on' END",
    "state": "stood",
}
_NOTHING: Final = ("signatures", "steps", "sent", "received", "notices", "publications", "objections", "corrected")
_ONCE: Final = {
    "id": "its_id",
    "commission_id": "teller.commission_id",
    "reference": "draft",
    "draft_reference": "draft",
    "commitment_ids": "ARRAY[teller.id::text]",
    **dict.fromkeys(_NOTHING, "'{}'"),
    "seq": "-1",
    "leaf": "decode(repeat('00', 32), 'hex')",
    "changed_at": "teller.changed_at",
    "awaiting": "'{}'",
    "recorded_by": "teller.recorded_by",
    "is_joint": "true",
}
_RECKONED: Final = {
    "signed_from": "CASE WHEN stood = 'signed' THEN rpad(known ->> 'signed_on', 10, '-01-01')::date END",
    "in_force_from": "CASE WHEN stood = 'signed' THEN last_day(known ->> 'enters_into_force_on') END",
    "ends_before": "CASE WHEN stood = 'signed' AND last < '9999-12-31' THEN last + 1 END",
}
_kept: Final = ", ".join(f"{name} = excluded.{name}" for name in _MEMBERS)
_reckoned: Final = ", ".join(f"{name} = excluded.{name}" for name in _RECKONED)
_KEEP: Final = rf"""CREATE OR REPLACE FUNCTION keep_told_alone(teller commitment) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    its_id uuid := {_KEY};
    known jsonb := COALESCE((SELECT jsonb_object_agg(told.key, told.value) FROM jsonb_each(teller.instrument) AS told WHERE told.value <> 'null'), '{{}}');
    has_draft boolean := COALESCE(known ->> 'drafting_party', '') <> '' OR COALESCE(known ->> 'drafted_on', '') <> '';
    has_signature boolean := COALESCE(known ->> 'signed_on', '') <> '' OR COALESCE(known ->> 'place', '') <> ''
        OR COALESCE(known ->> 'signatories', '[]') <> '[]' OR COALESCE(known ->> 'authentic_texts', '[]') <> '[]';
    stood text := CASE
        WHEN known ? 'id' OR NOT known ?& ARRAY['kind', 'title'] THEN NULL
        WHEN teller.state IN ('withdrawn', 'lapsed', 'superseded', 'merged')
            THEN CASE WHEN has_signature THEN 'signed' WHEN has_draft THEN 'drafted' END
        WHEN COALESCE(teller.suspended_from, teller.state) = 'mou_drafted' THEN 'drafted'
        WHEN COALESCE(teller.suspended_from, teller.state) = 'signed' THEN 'signed'
        WHEN COALESCE(teller.suspended_from, teller.state) = 'implemented' AND (teller.instrument_required OR has_signature) THEN 'signed'
        END;
    stored integer := (SELECT seq FROM instrument WHERE id = its_id);
    last date := last_day(known ->> 'expires_on');
    act jsonb := jsonb_strip_nulls(jsonb_build_object('on', known -> 'signed_on', 'place', known -> 'place', 'signatories', known -> 'signatories'));
    charter record;
    parties text[];
    spoken text[];
    draft text;
BEGIN
    IF stored >= 0 THEN
        RETURN;
    ELSIF stood IS NULL OR EXISTS (SELECT FROM audit_entry WHERE subject = teller.id AND kind = 'commitment.followed') THEN
        UPDATE instrument SET state = 'retracted' WHERE id = its_id;
        RETURN;
    END IF;
    SELECT commission.code, commission.parties, commission.languages, commission.entered INTO charter
        FROM commission WHERE id = teller.commission_id;
    parties := ARRAY(SELECT one FROM unnest(charter.parties) WITH ORDINALITY AS listed (one, place)
        WHERE charter.entered -> one ->> 'by' IS DISTINCT FROM 'accede' ORDER BY place);
    spoken := ARRAY(SELECT one ->> 'language' FROM jsonb_array_elements(known -> 'authentic_texts') WITH ORDINALITY AS listed (one, place)
        WHERE NOT one ->> 'language' = ANY (charter.languages) GROUP BY 1 ORDER BY min(place));
    draft := (SELECT one FROM draft_references(charter.code || '/I', its_id) AS one
        WHERE NOT EXISTS (SELECT FROM instrument WHERE draft_reference = one) ORDER BY length(one) LIMIT 1);
    INSERT INTO instrument ({", ".join({**_ONCE, **_MEMBERS})}) VALUES ({", ".join({**_ONCE, **_MEMBERS}.values())})
    ON CONFLICT (id) DO UPDATE SET {_kept} WHERE instrument.seq < 0;
    INSERT INTO instrument_reckoning (instrument_id, lacking, {", ".join(_RECKONED)}) VALUES (its_id, '{{}}', {", ".join(_RECKONED.values())})
    ON CONFLICT (instrument_id) DO UPDATE SET {_reckoned};
    IF stored IS NULL THEN
        -- What it was before follows from the commitment's entries.
        PERFORM span_of_before(its_id, teller.commission_id);
    END IF;
END $$"""  # noqa: S608 -- names of ours
_CHANGED: Final = """CREATE OR REPLACE FUNCTION told_alone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_told_alone(NEW);
    RETURN NULL;
END $$"""
_AMENDED: Final = """CREATE OR REPLACE FUNCTION told_alone_in() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM keep_told_alone(one) FROM commitment one
        WHERE one.commission_id = NEW.id AND one.instrument ? 'title' AND NOT one.instrument ? 'id';
    RETURN NULL;
END $$"""
FUNCTIONS: Final = (_DRAFTS, _KEEP, _CHANGED, _AMENDED)
_CHANGING: Final = """CREATE OR REPLACE TRIGGER told_alone AFTER UPDATE ON commitment FOR EACH ROW
    WHEN ((OLD.instrument ? 'title' AND NOT OLD.instrument ? 'id' OR NEW.instrument ? 'title' AND NOT NEW.instrument ? 'id')
        AND (OLD.instrument, OLD.state, OLD.suspended_from, OLD.confidentiality, OLD.instrument_required)
            IS DISTINCT FROM (NEW.instrument, NEW.state, NEW.suspended_from, NEW.confidentiality, NEW.instrument_required))
    EXECUTE FUNCTION told_alone()"""
# Who finds late writes a signature with a commitment's first row, in a release that opens no instrument for it.
_RECORDING: Final = """CREATE OR REPLACE TRIGGER told_alone_recorded AFTER INSERT ON commitment FOR EACH ROW
    WHEN (NEW.instrument ? 'title' AND NOT NEW.instrument ? 'id') EXECUTE FUNCTION told_alone()"""
# The charter's languages are those of such a text, and its parties those who made it.
_AMENDING: Final = """CREATE OR REPLACE TRIGGER told_alone_in AFTER UPDATE ON commission FOR EACH ROW
    WHEN ((OLD.languages, OLD.parties, OLD.entered) IS DISTINCT FROM (NEW.languages, NEW.parties, NEW.entered))
    EXECUTE FUNCTION told_alone_in()"""
TRIGGERS: Final = (_CHANGING, _RECORDING, _AMENDING)
FILL: Final = """SELECT max(id::text) FROM (SELECT id, keep_told_alone(one) FROM
    (SELECT * FROM commitment WHERE id > '{after}' AND instrument ? 'title' AND NOT instrument ? 'id' ORDER BY id LIMIT {most} FOR SHARE) AS one) AS done"""
