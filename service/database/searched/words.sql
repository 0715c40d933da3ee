-- What makes words of texts, and codes of references; `folded` is made by folding.py.

CREATE OR REPLACE FUNCTION code_of(said text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT regexp_replace(regexp_replace(trim(BOTH '/ ' FROM regexp_replace(folded(said), '\s*([-/])\s*', '\1', 'g')),
    '[\s/\\]+', '/', 'g'), '(^|/)0+(?=[0-9])', '\1', 'g') $$;

CREATE OR REPLACE FUNCTION codes_of(reference text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
WITH one AS (SELECT string_to_array(code_of(reference), '/') AS part)
SELECT coalesce(array_to_tsvector(array_agg('#' || array_to_string(part[at:], '/')) || array_agg('^' || array_to_string(part[:at - 1], '/'))
    FILTER (WHERE at > 1)), '') FROM one, generate_subscripts(part, 1) AS at $$;

CREATE OR REPLACE FUNCTION words_of(said text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
WITH chunk AS (SELECT found[1] AS said, number FROM regexp_matches(folded(said) COLLATE "pg_unicode_fast", '[[:alnum:]]+(?:[-''.]+[[:alnum:]]+)*', 'g') WITH ORDINALITY AS t(found, number)),
part AS (SELECT left(word, 200) AS word, said, turn, row_number() OVER (ORDER BY number, turn) AS at
    FROM chunk, regexp_split_to_table(said, '[-''.]+') WITH ORDINALITY AS t(word, turn)),
spelled AS (SELECT word, at FROM part UNION ALL
    SELECT left(regexp_replace(said, '[-''.]+', '', 'g'), 200), at FROM part WHERE turn = 1 AND said ~ '[-''.]')
SELECT coalesce(string_agg('''' || word || ''':' || least(at, 16383), ' '), '')::tsvector FROM spelled $$;
