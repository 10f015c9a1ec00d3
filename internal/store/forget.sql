-- What is old, from the old end of a table, a part at a time. Part is looked at first: what is behind number $1, at most $2
-- rows; how many of them are older than $3, the last one's number, and the newest time. Then a statement removes what it is
-- about between two numbers. The newest event stays always: SQLite would give its number away again.

-- name: Events
SELECT COALESCE(SUM(CASE WHEN at <= $3 THEN 1 ELSE 0 END), 0), COALESCE(MAX(seq), 0), COALESCE(MAX(at), 0)
  FROM (SELECT seq, at FROM event WHERE seq > $1 ORDER BY seq LIMIT $2) AS part;

-- name: Requests
SELECT COALESCE(SUM(CASE WHEN at <= $3 THEN 1 ELSE 0 END), 0), COALESCE(MAX(seq), 0), COALESCE(MAX(at), 0)
  FROM (SELECT seq, made AS at FROM request WHERE seq > $1 ORDER BY seq LIMIT $2) AS part;

-- name: Activations
SELECT COALESCE(SUM(CASE WHEN at <= $3 THEN 1 ELSE 0 END), 0), COALESCE(MAX(seq), 0), COALESCE(MAX(at), 0)
  FROM (SELECT seq, made AS at FROM activation WHERE seq > $1 ORDER BY seq LIMIT $2) AS part;

-- name: Devices
-- All of them, in no order of their time.
SELECT COALESCE(SUM(CASE WHEN answered_from <> '' AND at <= $3 THEN 1 ELSE 0 END), 0), COALESCE(MAX(seq), 0), COALESCE(MAX(at), 0)
  FROM (SELECT seq, answered_from, COALESCE(used, added, 0) AS at FROM device WHERE seq > $1 ORDER BY seq LIMIT $2) AS part;

-- name: Addresses
UPDATE event SET addresses = '' WHERE seq > $1 AND seq <= $2 AND at <= $3 AND addresses <> '';

-- name: RequestEvents
DELETE FROM event
 WHERE seq > $1 AND seq <= $2 AND at <= $3 AND kind NOT IN (THE_CHANGES, THE_BEGINNINGS, THE_LETTERS)
   AND seq < (SELECT MAX(seq) FROM event);

-- name: BeginningEvents
DELETE FROM event
 WHERE seq > $1 AND seq <= $2 AND at <= $3 AND kind IN (THE_BEGINNINGS) AND seq < (SELECT MAX(seq) FROM event);

-- name: LetterEvents
DELETE FROM event
 WHERE seq > $1 AND seq <= $2 AND at <= $3 AND kind IN (THE_LETTERS) AND seq < (SELECT MAX(seq) FROM event);

-- name: ChangeEvents
DELETE FROM event
 WHERE seq > $1 AND seq <= $2 AND at <= $3 AND kind IN (THE_CHANGES) AND seq < (SELECT MAX(seq) FROM event);

-- name: OldRequests
DELETE FROM request WHERE seq > $1 AND seq <= $2 AND made <= $3;

-- name: ActivationAddresses
UPDATE activation SET ip = '' WHERE seq > $1 AND seq <= $2 AND made <= $3 AND ip <> '';

-- name: NeverActive
-- Devices of activations that came to nothing; their phones go if they have no other.
DELETE FROM device
 WHERE added IS NULL
   AND id IN (SELECT device FROM activation WHERE seq > $1 AND seq <= $2 AND made <= $3 AND device <> '')
RETURNING phone;

-- name: Phone
DELETE FROM phone WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM device d WHERE d.phone = phone.id);

-- name: OldActivations
DELETE FROM activation WHERE seq > $1 AND seq <= $2 AND made <= $3;

-- name: DeviceAddresses
-- Where the newest answer came from, of a device that has not been used since.
UPDATE device SET answered_from = ''
 WHERE seq > $1 AND seq <= $2 AND answered_from <> '' AND COALESCE(used, added, 0) <= $3;

-- name: Upto
SELECT upto FROM forgotten WHERE what = $1;

-- name: Mark
INSERT INTO forgotten (what, upto) VALUES ($1, $2)
ON CONFLICT (what) DO UPDATE SET upto = excluded.upto WHERE forgotten.upto < excluded.upto;

-- name: Clock
-- Clocks are set, so this goes back too.
INSERT INTO forgotten (what, upto) VALUES ($1, $2)
ON CONFLICT (what) DO UPDATE SET upto = excluded.upto;

-- name: PhonesOf
SELECT DISTINCT phone FROM device WHERE account = $1;
