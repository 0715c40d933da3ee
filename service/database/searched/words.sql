-- What makes words of texts, and codes of references; `folded` is made by folding.py.

CREATE OR REPLACE FUNCTION code_of(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT regexp_replace(regexp_replace(trim(BOTH '/ ' FROM regexp_replace(folded(said), '\s*([-/])\s*', '\1', 'g')),
    '[\s/\\]+', '/', 'g'), '(^|/)0+(?=[0-9])', '\1', 'g') $$;

CREATE OR REPLACE FUNCTION codes_of(reference text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
WITH one AS (SELECT string_to_array(code_of(reference), '/') AS part)
SELECT coalesce(array_to_tsvector(array_agg('#' || array_to_string(part[at:], '/')) || array_agg('^' || array_to_string(part[:at - 1], '/'))
    FILTER (WHERE at > 1)), '') FROM one, generate_subscripts(part, 1) AS at $$;

CREATE OR REPLACE FUNCTION words_of(said text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE found text; joined text;
BEGIN
    said := folded(said);
    SELECT string_agg('''' || left(word, 200) || ''':' || least(at, 16383), ' ') INTO found
    FROM string_to_table(regexp_replace(said COLLATE "pg_unicode_fast", '[^[:alnum:]]+', ' ', 'g'), ' ') WITH ORDINALITY AS t(word, at)
    WHERE word <> '';
    -- What is written apart here may be one word elsewhere.
    IF said ~ '[-''.]' THEN
        SELECT string_agg('''' || left(regexp_replace(chunk[1], '[-''.]+', '', 'g'), 200) || '''', ' ') INTO joined
        FROM regexp_matches(said COLLATE "pg_unicode_fast", '[[:alnum:]]+(?:[-''.]+[[:alnum:]]+)+', 'g') AS chunk;
    END IF;
    RETURN concat_ws(' ', found, joined)::tsvector;
END $$;
