-- What makes of a question what is looked for: these read the words of bodies, and the spellings that there are.

CREATE OR REPLACE FUNCTION beginning(word text, loosely boolean) RETURNS tsquery LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE found tsquery := ('''' || left(word, 200) || '''' || CASE WHEN length(word) > 1 THEN ':*' ELSE '' END)::tsquery; others text;
BEGIN
    IF loosely AND length(word) > 2 THEN
        SELECT string_agg(DISTINCT '''' || spelling.word || '''', '|') INTO others FROM spelling
        WHERE spelling.word % beginning.word AND (similarity(spelling.word, beginning.word) >= 0.4
            OR left(spelling.word, 1) = left(beginning.word, 1) AND word_similarity(beginning.word, spelling.word) >= 0.5);
        IF others IS NOT NULL THEN found := found || others::tsquery; END IF;
        SELECT string_agg('''' || left(beginning.word, at) || '''<->''' || substr(beginning.word, at + 1) || '''', '|') INTO others
        FROM generate_series(3, length(beginning.word) - 3) AS at;
        IF others IS NOT NULL THEN found := found || others::tsquery; END IF;
    END IF;
    RETURN found;
END $$;

CREATE OR REPLACE FUNCTION term_of(chunk text, loosely boolean) RETURNS tsquery LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE parts text[] := regexp_split_to_array(chunk, '[-''.]+'); found tsquery; one text; others text;
BEGIN
    FOREACH one IN ARRAY parts LOOP
        found := CASE WHEN found IS NULL THEN beginning(one, loosely) ELSE found <-> beginning(one, loosely) END;
    END LOOP;
    IF cardinality(parts) > 1 THEN found := found || beginning(array_to_string(parts, ''), loosely); END IF;
    SELECT string_agg('''@' || id || '''', '|') INTO others FROM searchable
    WHERE kind <> 'commitment' AND is_shared AND words @@ found;
    RETURN CASE WHEN others IS NULL THEN found ELSE found || others::tsquery END;
END $$;

CREATE OR REPLACE FUNCTION coded(said text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
-- Signs that stand around a reference in a sentence are not its own; before and after numbers a hyphen or a dot may stand for a stroke,
-- between the parties of a commission a hyphen may have been forgotten, and each party may name itself first.
WITH bare AS (SELECT regexp_replace(folded(said) COLLATE "pg_unicode_fast", '^[^[:alnum:]]+|[^[:alnum:]]+$', '', 'g') AS text),
spelled AS (SELECT said AS text UNION SELECT text FROM bare
    UNION SELECT regexp_replace(text, '[-.](?=[0-9])|(?<=[0-9])[-.]', '/', 'g') FROM bare),
typed AS (SELECT left(regexp_replace(code_of(text), '[''"\\]', '', 'g'), 200) AS code FROM spelled),
hyphened AS (SELECT code FROM typed UNION SELECT regexp_replace(code, '^([a-z]{2})/([a-z]{2})(?=/|$)', '\1-\2') FROM typed),
either AS (SELECT code FROM hyphened UNION SELECT regexp_replace(code, '^([a-z]{2})-([a-z]{2})(?=/|$)', '\2-\1') FROM hyphened)
SELECT string_agg('''#' || code || '''|''^' || code || '''', '|')::tsquery FROM either WHERE code ~ '[^/ ]' $$;

CREATE OR REPLACE FUNCTION ending_so(parts text[]) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT string_agg(quote_literal('#' || left(regexp_replace(code_of(part), '[''"\\]', '', 'g'), 200)), '|')::tsquery FROM unnest(parts) AS part $$;

CREATE OR REPLACE FUNCTION asked(said text, loosely boolean) RETURNS tsquery LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE found tsquery; every tsquery; one tsquery; held boolean := false; piece text[]; chunk text; terms tsquery[] := '{}'; plain text[] := '{}';
    alone boolean := true; pair integer; at integer; paired tsquery;
BEGIN
    FOR piece IN SELECT t FROM regexp_matches(folded(said) || ' or', '(-?)(?:"([^"]*)"|(\S+))', 'g') AS t LOOP
        IF piece[3] = 'or' AND piece[1] = '' THEN
            -- Two words that are one elsewhere.
            IF held THEN
                FOR pair IN 1 .. CASE WHEN alone AND cardinality(plain) BETWEEN 2 AND 6 THEN cardinality(plain) - 1 ELSE 0 END LOOP
                    paired := beginning(plain[pair] || plain[pair + 1], loosely);
                    FOR at IN 1 .. cardinality(plain) LOOP
                        IF at NOT IN (pair, pair + 1) THEN paired := paired && terms[at]; END IF;
                    END LOOP;
                    every := every || paired;
                END LOOP;
                found := CASE WHEN found IS NULL THEN every ELSE found || every END;
            END IF;
            every := NULL; held := false; alone := true; terms := '{}'; plain := '{}';
            CONTINUE;
        END IF;
        one := NULL;
        IF piece[2] IS NOT NULL THEN
            alone := false;
            SELECT string_agg('''' || word || '''', '<->' ORDER BY number, turn)::tsquery INTO one
            FROM regexp_matches(piece[2] COLLATE "pg_unicode_fast", '[[:alnum:]]+(?:[-''.]+[[:alnum:]]+)*', 'g') WITH ORDINALITY AS t(part, number),
                regexp_split_to_table(part[1], '[-''.]+') WITH ORDINALITY AS s(word, turn);
        ELSE
            FOR chunk IN SELECT t[1] FROM regexp_matches(piece[3] COLLATE "pg_unicode_fast", '[[:alnum:]]+(?:[-''.]+[[:alnum:]]+)*', 'g') AS t LOOP
                terms := terms || term_of(chunk, loosely);
                plain := plain || regexp_replace(chunk, '[-''.]+', '', 'g');
                one := CASE WHEN one IS NULL THEN terms[cardinality(terms)] ELSE one && terms[cardinality(terms)] END;
            END LOOP;
        END IF;
        CONTINUE WHEN one IS NULL;
        IF piece[1] = '-' THEN alone := false; one := !! one; ELSE held := true; END IF;
        every := CASE WHEN every IS NULL THEN one ELSE every && one END;
    END LOOP;
    one := coded(said);
    RETURN CASE WHEN found IS NULL THEN one WHEN one IS NULL THEN found ELSE found || one END;
END $$;

CREATE OR REPLACE FUNCTION marking(said text, loosely boolean) RETURNS tsquery LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT string_agg(leaf[1], '|')::tsquery FROM regexp_matches(querytree(asked(said, loosely)), '(''[^#^@''][^'']*''(?::\*)?)', 'g') AS leaf $$;
