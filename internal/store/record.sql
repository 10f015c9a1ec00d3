-- name: Since
-- What happened after an event, oldest first: to whom, and to what.
SELECT seq, account, subject FROM event WHERE seq > $1 ORDER BY seq LIMIT $2;

-- name: Last
SELECT COALESCE(MAX(seq), 0) FROM event;
