-- The verbs that one statement cannot be trusted with: each statement of a function sees what was
-- committed before it began, so that what was locked is looked at as it is now.
--
-- Each name ends with a digest of this text: two versions of Kolba work side by side.
--
-- Invariant: who needs several records locks them all at first, by one statement, in the order of
-- their keys; whom else a function meets is not waited for. So nobody waits in a circle.

-- What must survive a power cut does so, also where the others' commits do not wait for the disk.
CREATE FUNCTION {schema}.durably_{digest}() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('synchronous_commit') = 'off' THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
END $$;

-- How a record stands: 0 gone, 1 live, 2 retired.
CREATE FUNCTION {schema}.state_{digest}(_expires float8, _retired boolean, _now float8)
RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN _expires > _now THEN CASE WHEN _retired THEN 2 ELSE 1 END ELSE 0 END
$$;

-- Fields after changes: deletions, sets, sums, appends. If one does not fit, `wrong` is its name.
CREATE FUNCTION {schema}.merged_{digest}(
    INOUT names bytea[], INOUT vals bytea[], _gone bytea[], _names bytea[], _vals bytea[],
    _adding bytea[], _by bigint[], _appending bytea[], _more bytea[],
    OUT sums bigint[], OUT wrong bytea, OUT verb text
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    n integer; i integer; held bytea; total numeric;
BEGIN
    sums := '{}';
    FOR n IN 1 .. cardinality(_gone) LOOP
        i := array_position(names, _gone[n]);
        IF i IS NOT NULL THEN
            names := names[:i - 1] || names[i + 1:];
            vals := vals[:i - 1] || vals[i + 1:];
        END IF;
    END LOOP;
    FOR n IN 1 .. cardinality(_names) LOOP
        i := array_position(names, _names[n]);
        IF i IS NULL THEN
            i := cardinality(names) + 1;
            names[i] := _names[n];
        END IF;
        vals[i] := _vals[n];
    END LOOP;
    FOR n IN 1 .. cardinality(_adding) LOOP
        i := array_position(names, _adding[n]);
        IF i IS NULL THEN
            i := cardinality(names) + 1;
            names[i] := _adding[n];
            vals[i] := '0';
        END IF;
        wrong := _adding[n];
        verb := 'increment';
        IF encode(vals[i], 'escape') !~ '^(0|-?[1-9][0-9]{0,18})$' THEN
            RETURN;
        END IF;
        total := encode(vals[i], 'escape')::numeric + _by[n];
        IF total NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN
            RETURN;
        END IF;
        sums[n] := total;
        vals[i] := convert_to(total::text, 'UTF8');
    END LOOP;
    FOR n IN 1 .. cardinality(_appending) LOOP
        i := array_position(names, _appending[n]);
        IF i IS NULL THEN
            i := cardinality(names) + 1;
            names[i] := _appending[n];
            vals[i] := '[]';
        END IF;
        held := vals[i];
        wrong := _appending[n];
        verb := 'append';
        IF substr(held, 1, 1) <> '[' THEN
            RETURN;
        END IF;
        held := substr(held, 2, greatest(length(held) - 2, 0));
        IF length(held) > 0 AND length(_more[n]) > 0 THEN
            held := held || ',';
        END IF;
        vals[i] := '['::bytea || held || _more[n] || ']';
    END LOOP;
    wrong := NULL;
END $$;

CREATE FUNCTION {schema}.create_{digest}(
    _key bytea, _names bytea[], _vals bytea[], _created float8, _seen float8, _expires float8,
    _owner bytea, _about bytea, _retired boolean, _durable boolean
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF _durable THEN
        PERFORM {schema}.durably_{digest}();
    END IF;
    INSERT INTO {schema}.records AS r
        (key, names, vals, created, seen, expires, due, owner, about, retired)
    VALUES (
        _key, _names, _vals, _created, _seen, _expires, _expires, _owner, _about, _retired
    ) ON CONFLICT (key) DO UPDATE SET
        names = _names, vals = _vals, created = _created, seen = _seen, expires = _expires,
        due = _expires, owner = _owner, about = _about, retired = _retired, successor = NULL
    WHERE r.expires <= _created;
    RETURN FOUND;
END $$;

-- State 3: a change does not fit.
CREATE FUNCTION {schema}.save_{digest}(
    _key bytea, _now float8, _gone bytea[], _names bytea[], _vals bytea[], _adding bytea[],
    _by bigint[], _appending bytea[], _more bytea[], _seen float8, _expires float8, _owner bytea,
    _durable boolean, OUT state integer, OUT sums bigint[], OUT wrong bytea, OUT verb text
) LANGUAGE plpgsql AS $$
DECLARE
    r record; m record;
BEGIN
    SELECT names, vals, expires, retired INTO r FROM {schema}.records WHERE key = _key FOR UPDATE;
    state := {schema}.state_{digest}(r.expires, r.retired, _now);
    IF state <> 1 THEN
        RETURN;
    END IF;
    m := {schema}.merged_{digest}(
        r.names, r.vals, _gone, _names, _vals, _adding, _by, _appending, _more
    );
    sums := m.sums;
    wrong := m.wrong;
    verb := m.verb;
    IF wrong IS NOT NULL THEN
        state := 3;
        RETURN;
    END IF;
    IF _durable THEN
        PERFORM {schema}.durably_{digest}();
    END IF;
    UPDATE {schema}.records SET
        names = m.names, vals = m.vals, seen = coalesce(_seen, seen),
        expires = coalesce(_expires, expires), due = least(due, _expires),
        owner = CASE WHEN _owner IS NULL THEN owner WHEN _owner = '' THEN NULL ELSE _owner END
    WHERE key = _key;
END $$;

-- State 4: the new key is taken.
CREATE FUNCTION {schema}.rotate_{digest}(
    _key bytea, _now float8, _gone bytea[], _names bytea[], _vals bytea[], _adding bytea[],
    _by bigint[], _appending bytea[], _more bytea[], _seen float8, _expires float8, _owner bytea,
    _durable boolean, _new bytea, _till float8,
    OUT state integer, OUT sums bigint[], OUT wrong bytea, OUT verb text
) LANGUAGE plpgsql AS $$
DECLARE
    r record; m record; its_end float8; its_owner bytea;
BEGIN
    PERFORM 1 FROM {schema}.records WHERE key IN (_key, _new) OR successor = _key
    ORDER BY key FOR UPDATE;
    SELECT * INTO r FROM {schema}.records WHERE key = _key;
    state := {schema}.state_{digest}(r.expires, r.retired, _now);
    IF state <> 1 THEN
        RETURN;
    END IF;
    IF EXISTS (SELECT FROM {schema}.records WHERE key = _new AND expires > _now) THEN
        state := 4;
        RETURN;
    END IF;
    m := {schema}.merged_{digest}(
        r.names, r.vals, _gone, _names, _vals, _adding, _by, _appending, _more
    );
    sums := m.sums;
    wrong := m.wrong;
    verb := m.verb;
    IF wrong IS NOT NULL THEN
        state := 3;
        RETURN;
    END IF;
    its_end := coalesce(_expires, r.expires);
    its_owner := CASE WHEN _owner IS NULL THEN r.owner WHEN _owner = '' THEN NULL ELSE _owner END;
    IF _durable THEN
        PERFORM {schema}.durably_{digest}();
    END IF;
    INSERT INTO {schema}.records AS old
        (key, names, vals, created, seen, expires, due, owner, about, retired)
    VALUES (
        _new, m.names, m.vals, r.created, coalesce(_seen, r.seen), its_end, its_end, its_owner,
        r.about, false
    ) ON CONFLICT (key) DO UPDATE SET
        names = excluded.names, vals = excluded.vals, created = excluded.created,
        seen = excluded.seen, expires = excluded.expires, due = excluded.due,
        owner = excluded.owner, about = excluded.about, retired = false, successor = NULL
    WHERE old.expires <= _now;
    IF NOT FOUND THEN
        state := 4;
        RETURN;
    END IF;
    IF _till > _now THEN
        UPDATE {schema}.records SET successor = _new WHERE successor = _key;
        UPDATE {schema}.records SET
            retired = true, successor = _new, expires = least(expires, _till),
            due = least(due, expires, _till)
        WHERE key = _key;
    ELSE
        DELETE FROM {schema}.records WHERE key = _key OR successor = _key;
    END IF;
END $$;

CREATE FUNCTION {schema}.delete_{digest}(_key bytea) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    was_there boolean;
BEGIN
    PERFORM 1 FROM {schema}.records WHERE key = _key OR successor = _key ORDER BY key FOR UPDATE;
    DELETE FROM {schema}.records WHERE key = _key;
    was_there := FOUND;
    DELETE FROM {schema}.records WHERE successor = _key;
    PERFORM {schema}.durably_{digest}();
    RETURN was_there;
END $$;

CREATE FUNCTION {schema}.delete_leaving_{digest}(
    _key bytea, _names bytea[], _vals bytea[], _created float8, _seen float8, _expires float8,
    _owner bytea, _about bytea, _retired boolean
) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    r record; state integer;
BEGIN
    PERFORM 1 FROM {schema}.records WHERE key = _key OR successor = _key ORDER BY key FOR UPDATE;
    SELECT expires, retired INTO r FROM {schema}.records WHERE key = _key;
    state := {schema}.state_{digest}(r.expires, r.retired, _created);
    IF state = 1 THEN
        PERFORM {schema}.durably_{digest}();
        DELETE FROM {schema}.records WHERE successor = _key;
        UPDATE {schema}.records SET
            names = _names, vals = _vals, created = _created, seen = _seen, expires = _expires,
            due = _expires, owner = _owner, about = _about, retired = _retired, successor = NULL
        WHERE key = _key;
    END IF;
    RETURN state;
END $$;

-- SECURITY: a record that is rotated meanwhile has a new key when its lock is had. So that is
-- looked for again until none is left, without waiting for what is locked by others then: that
-- error undoes all, and the caller begins anew.
CREATE FUNCTION {schema}.delete_owned_{digest}(_owner bytea, _keep bytea) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found bytea[]; kept bytea[]; locked bytea[]; ending bytea[]; ended bigint;
BEGIN
    LOOP
        kept := ARRAY(SELECT successor FROM {schema}.records WHERE key = _keep) || _keep;
        kept := array_remove(kept, NULL);
        found := ARRAY(
            SELECT key FROM {schema}.records
            WHERE sha256(owner) = sha256(_owner) AND key <> ALL(kept)
        );
        EXIT WHEN cardinality(found) = 0;
        IF ended IS NULL THEN
            locked := ARRAY(
                SELECT key FROM {schema}.records
                WHERE key = ANY(found) OR successor = ANY(found) ORDER BY key FOR UPDATE
            );
        ELSE
            locked := ARRAY(
                SELECT key FROM {schema}.records
                WHERE key = ANY(found) OR successor = ANY(found) ORDER BY key FOR UPDATE NOWAIT
            );
        END IF;
        -- As they are now; and what is kept may have a new key, too.
        kept := kept || ARRAY(SELECT successor FROM {schema}.records WHERE key = _keep);
        kept := array_remove(kept, NULL);
        ending := ARRAY(
            SELECT key FROM {schema}.records
            WHERE key = ANY(locked) AND sha256(owner) = sha256(_owner) AND key <> ALL(kept)
        );
        ended := coalesce(ended, 0) + (
            SELECT count(*) FROM {schema}.records WHERE key = ANY(ending) AND NOT retired
        );
        DELETE FROM {schema}.records
        WHERE key = ANY(locked) AND (key = ANY(ending) OR successor = ANY(ending));
    END LOOP;
    PERFORM {schema}.durably_{digest}();
    RETURN coalesce(ended, 0);
END $$;

-- Two that put at once do not see each other's: the next one drops what is too many.
CREATE FUNCTION {schema}.put_{digest}(
    _queue bytea, _now float8, _limit integer, _values bytea[], _labels bytea[],
    _targets bytea[], _opens float8[], _ends float8[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {schema}.messages (queue, value, label, target, open_at, expires)
    SELECT _queue, given.value, given.label, given.target, given.open_at, given.expires
    FROM unnest(_values, _labels, _targets, _opens, _ends) WITH ORDINALITY
        AS given (value, label, target, open_at, expires, n)
    ORDER BY n;
    IF _limit > 0 THEN
        DELETE FROM {schema}.messages WHERE queue = _queue AND id = ANY(ARRAY(
            SELECT id FROM {schema}.messages
            WHERE queue = _queue AND expires > _now AND until <= _now
            ORDER BY id DESC OFFSET _limit FOR UPDATE SKIP LOCKED
        ));
    END IF;
END $$;

CREATE FUNCTION {schema}.create_with_{digest}(
    _key bytea, _names bytea[], _vals bytea[], _created float8, _seen float8, _expires float8,
    _owner bytea, _about bytea, _retired boolean, _durable boolean,
    _queue bytea, _now float8, _limit integer, _values bytea[], _labels bytea[],
    _targets bytea[], _opens float8[], _ends float8[]
) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF NOT {schema}.create_{digest}(
        _key, _names, _vals, _created, _seen, _expires, _owner, _about, _retired, _durable
    ) THEN
        RETURN false;
    END IF;
    PERFORM {schema}.put_{digest}(
        _queue, _now, _limit, _values, _labels, _targets, _opens, _ends
    );
    RETURN true;
END $$;

-- Who finds a message locked leaves it: it is another's by then, or has just been deleted.
CREATE FUNCTION {schema}.claim_{digest}(
    _queue bytea, _claim bytea, _now float8, _until float8, _target bytea, _labels bytea[]
) RETURNS TABLE (at bigint, its_value bytea, its_label bytea) LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
BEGIN
    ids := ARRAY(
        SELECT id FROM {schema}.messages
        WHERE queue = _queue AND expires > _now AND until <= _now
            AND (_target IS NULL OR target IN (_target, '') OR open_at <= _now)
            AND (_labels IS NULL OR label = ANY(_labels))
        ORDER BY id FOR UPDATE SKIP LOCKED
    );
    IF cardinality(ids) > 0 THEN
        RETURN QUERY UPDATE {schema}.messages SET claim = _claim, until = _until
        WHERE queue = _queue AND id = ANY(ids) RETURNING id, value, label;
    END IF;
END $$;

CREATE FUNCTION {schema}.once_{digest}(_name bytea, _value bytea, _now float8, _expires float8)
RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {schema}.once AS o (name, value, expires) VALUES (_name, _value, _expires)
    ON CONFLICT (name) DO UPDATE SET value = _value, expires = _expires WHERE o.expires <= _now;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT value FROM {schema}.once WHERE name = _name);
END $$;

CREATE FUNCTION {schema}.tally_{digest}(
    _family bytea, _name bytea, _detail bytea, _now float8, _limit integer
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {schema}.tallies SET count = count + 1, last = _now, detail = _detail
    WHERE family = _family AND sha256(name) = sha256(_name);
    IF FOUND OR _limit <= (SELECT count(*) FROM (
        SELECT FROM {schema}.tallies WHERE family = _family LIMIT _limit
    ) AS known) THEN
        RETURN;
    END IF;
    INSERT INTO {schema}.tallies AS t (family, name, detail, count, first, last)
    VALUES (_family, _name, _detail, 1, _now, _now)
    ON CONFLICT (family, sha256(name)) DO UPDATE SET count = t.count + 1, last = _now, detail = _detail;
END $$;

-- What ended before `_past`, a few of each kind; who is met by another is left to them.
CREATE FUNCTION {schema}.tidy_{digest}(_past float8, _limit integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    dropped bigint := 0; few bigint; named bytea[];
BEGIN
    named := ARRAY(
        SELECT key FROM {schema}.records WHERE due <= _past
        ORDER BY due LIMIT _limit FOR UPDATE SKIP LOCKED
    );
    IF cardinality(named) > 0 THEN
        dropped := cardinality(named);
        DELETE FROM {schema}.records WHERE key = ANY(named) AND expires <= _past;
        UPDATE {schema}.records SET due = expires WHERE key = ANY(named) AND expires > _past;
    END IF;
    WITH ended AS MATERIALIZED (
        SELECT queue, id FROM {schema}.messages WHERE expires <= _past
        ORDER BY expires LIMIT _limit FOR UPDATE SKIP LOCKED
    )
    DELETE FROM {schema}.messages AS m USING ended
    WHERE m.queue = ended.queue AND m.id = ended.id;
    GET DIAGNOSTICS few = ROW_COUNT;
    dropped := dropped + few;
    DELETE FROM {schema}.counters WHERE name = ANY(ARRAY(
        SELECT name FROM {schema}.counters WHERE expires <= _past
        ORDER BY expires LIMIT _limit FOR UPDATE SKIP LOCKED
    ));
    GET DIAGNOSTICS few = ROW_COUNT;
    dropped := dropped + few;
    DELETE FROM {schema}.once WHERE name = ANY(ARRAY(
        SELECT name FROM {schema}.once WHERE expires <= _past
        ORDER BY expires LIMIT _limit FOR UPDATE SKIP LOCKED
    ));
    GET DIAGNOSTICS few = ROW_COUNT;
    RETURN dropped + few;
END $$;

-- One at a time: the lock of the only row of `format` ends with the batch.
CREATE FUNCTION {schema}.purge_{digest}(_past float8, _limit integer) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM {schema}.format FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    RETURN {schema}.tidy_{digest}(_past, _limit);
END $$;
