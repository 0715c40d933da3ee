"""The triggers that keep what is searched, and what fills it for things that were there before."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Source(NamedTuple):
    """A table whose rows are found: of which columns its words are made, and how, as SQL about a row called `one`."""

    columns: tuple[str, ...]
    titles: str
    texts: str
    codes: tuple[str, ...]
    belongs_to: str = "''"
    """A text in which the ids of what it belongs to stand."""
    is_shared: str = "false"


def _texts(of: str) -> str:
    return f"(SELECT string_agg(value, E'\\n\\n') FROM jsonb_each_text({of}))"  # noqa: S608 -- names of ours


_WHOSE: Final = """SELECT coalesce(of_group.code, of_commission.code) FROM commission AS of_commission
    LEFT JOIN working_group AS of_group ON of_group.id = one.working_group_id WHERE of_commission.id = one.commission_id"""
_ITEMS: Final = (
    "(SELECT string_agg(word #>> '{}', E'\\n') FROM jsonb_path_query(one.package_items, '$.*.titles.*') AS word)"
)
SOURCES: Final = {
    "organisation": Source(
        ("name", "names", "earlier_names", "code"),
        f"concat_ws(E'\\n', one.name, {_texts('one.names')})",
        "(SELECT string_agg(word #>> '{}', E'\\n') FROM jsonb_path_query(one.earlier_names, '$[*].**') AS word WHERE jsonb_typeof(word) = 'string')",
        ("one.code",),
        is_shared="true",
    ),
    "commission": Source(
        ("titles", "founding_act", "code"), _texts("one.titles"), "one.founding_act", ("one.code",), is_shared="true"
    ),
    "session": Source(
        ("ordinal", "venue", "co_chairs", "minutes_reference", "working_group_id"),
        "concat('session ', one.ordinal)",
        "concat_ws(E'\\n', one.venue, one.minutes_reference, one.starts_on,"
        " (SELECT string_agg(word #>> '{}', E'\\n') FROM jsonb_path_query(one.co_chairs, '$.*.*') AS word))",
        # `lpad` cuts what is longer: the hundredth session was `10`.
        (f"({_WHOSE}) || '/' || coalesce(lpad(one.ordinal::text, greatest(2, length(one.ordinal::text)), '0'), '00')",),
        "concat(one.commission_id, ' ', one.working_group_id)",
    ),
    "working_group": Source(
        ("titles", "sector", "organisations", "founding_act", "is_joint", "code"),
        _texts("one.titles"),
        "concat_ws(E'\\n', one.sector, one.founding_act)",
        ("one.code",),
        "one.organisations::text",
        "one.is_joint",
    ),
    "instrument": Source(
        ("titles", "kind", "depositary", "registration", "text_reference", "reference"),
        _texts("one.titles"),
        "concat_ws(E'\\n', one.kind, one.depositary, one.registration, one.text_reference)",
        ("one.reference", "one.draft_reference"),
    ),
    "commitment": Source(
        (
            *("titles", "texts", "sector", "party_facts", "working_group_id", "reference"),
            *("target_text", "source", "remark", "package_items"),
        ),
        _texts("one.titles"),
        f"concat_ws(E'\\n', {_texts('one.texts')}, one.sector, one.target_text, one.remark, one.source, {_ITEMS})",
        ("one.reference", "one.draft_reference"),
        "concat(one.working_group_id, ' ', jsonb_path_query_array(one.party_facts, '$.*.lead_organisation_id'), ' ',"
        " jsonb_path_query_array(one.party_facts, '$.*.further_lead_organisation_ids[*]'))",
    ),
}
"""Every table that is searched; what others belong to comes before them."""
AT_FIRST: Final = SOURCES | {
    "commitment": SOURCES["commitment"]._replace(
        columns=("titles", "texts", "sector", "party_facts", "working_group_id", "reference"),
        texts=f"concat_ws(E'\\n', {_texts('one.texts')}, one.sector)",
    )
}
"""The same before commitments were of a kind: a migration of before knows no column of later."""
_UNIQUE: Final = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
NOTED: Final = """CREATE OR REPLACE FUNCTION note_spellings() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO spelling (word) SELECT lexeme FROM unnest(NEW.words) AS known
        WHERE known.lexeme ~ '^[^#^@0-9][^0-9]{2,39}$' AND NOT EXISTS (SELECT FROM spelling WHERE word = known.lexeme);
        RETURN NULL;
    END $$"""


def _found(name: str, sources: Mapping[str, Source]) -> str:
    """Return the SELECT of what is stored of `one`."""
    source = sources[name]
    codes = " || ".join(f"codes_of({code})" for code in source.codes)
    return f"""SELECT one.id, '{name}', {source.is_shared},
        setweight(words_of({source.titles}), 'A') || words_of({source.texts}) || {codes} || coalesce((SELECT array_to_tsvector(
            array_agg('@' || id[1])) FROM regexp_matches({source.belongs_to}, '{_UNIQUE}', 'g') AS id), '')"""  # noqa: S608 -- names of ours


def triggers(name: str, sources: Mapping[str, Source] = SOURCES) -> list[str]:
    """Return the statements that make the triggers of the table `name`, also where they are there already."""
    function = f"make_{name}_searchable"
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in sources[name].columns)
    kept = f"""CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE one {name} := NEW;
    BEGIN
        INSERT INTO searchable (id, kind, is_shared, words) {_found(name, sources)}
        ON CONFLICT (id) DO UPDATE SET is_shared = excluded.is_shared, words = excluded.words;
        RETURN NULL;
    END $$"""
    each = f"FOR EACH ROW {{}} EXECUTE FUNCTION {function}()"
    return [
        kept,
        f"CREATE OR REPLACE TRIGGER searchable_made AFTER INSERT ON {name} {each.format('')}",
        f"CREATE OR REPLACE TRIGGER searchable_kept AFTER UPDATE ON {name} {each.format(f'WHEN ({changed})')}",
    ]


def missing(name: str, most: int, sources: Mapping[str, Source] = SOURCES) -> str:
    """Return the statement that fills `most` rows of the table `name` that are not there yet, beside those who write."""
    return f"""INSERT INTO searchable (id, kind, is_shared, words) {_found(name, sources)} FROM (SELECT * FROM {name} AS every
        WHERE NOT EXISTS (SELECT FROM searchable WHERE searchable.id = every.id) LIMIT {most}) AS one ON CONFLICT DO NOTHING"""  # noqa: S608 -- names of ours


def anew(name: str, those: str) -> str:
    """Return the statement that fills the rows of the table `name` anew for which `those`, SQL about a row called `one`, holds."""
    return f"""INSERT INTO searchable (id, kind, is_shared, words) {_found(name, SOURCES)} FROM {name} AS one WHERE {those}
        ON CONFLICT (id) DO UPDATE SET is_shared = excluded.is_shared, words = excluded.words"""
