-- Tries that are counted within a time, and how they are forgotten.

-- name: Lock (postgres)
-- Takers of one of these keys, a line for each and sorted, queue up. SQLite has one
-- writer anyway.
SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(string_to_array($1, E'\n')) AS key;

-- name: Take
-- Taken before it is judged: of any number at once, $4 are taken.
INSERT INTO try (key, at)
SELECT $1, $2
 WHERE (SELECT COUNT(*) FROM try WHERE key = $1 AND at > $3) < $4;

-- name: Oldest
-- The try that has to be forgotten before there is another.
SELECT at FROM try
 WHERE key = $1 AND at > $2
 ORDER BY at DESC
 LIMIT 1 OFFSET $3;

-- name: Add
INSERT INTO try (key, at) VALUES ($1, $2);

-- name: Since
SELECT COUNT(*) FROM try WHERE key = $1 AND at > $2;

-- name: GiveBack
DELETE FROM try
 WHERE seq = (SELECT seq FROM try WHERE key = $1 ORDER BY at DESC, seq DESC LIMIT 1);

-- name: ForgetOld
DELETE FROM try WHERE key = $1 AND at <= $2;
