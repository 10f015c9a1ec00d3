-- Tries at passwords: taken, and kept or given back, all counts of one guess at once.

-- name: Taken
-- Tries within a time, and how many of them are judged: $3 is how long one may take.
SELECT COUNT(*), COALESCE(SUM(CASE WHEN guess = '' OR at <= $3 THEN 1 ELSE 0 END), 0)
  FROM try WHERE key = $1 AND at > $2;

-- name: Take
INSERT INTO try (key, at, account, guess) VALUES ($1, $2, $3, $4);

-- name: Oldest
-- The judged try that has to be forgotten before there is another.
SELECT at FROM try
 WHERE key = $1 AND at > $2 AND (guess = '' OR at <= $3)
 ORDER BY at DESC
 LIMIT 1 OFFSET $4;

-- name: GiveBack
DELETE FROM try WHERE key = $1 AND guess = $2;

-- name: Keep
UPDATE try SET guess = '' WHERE key = $1 AND guess = $2;

-- name: Shut
-- Once for as long as it lasts.
INSERT INTO password_lock (key, account, counted, network, reference, ends) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET reference = excluded.reference, ends = excluded.ends WHERE password_lock.ends <= $7;

-- name: Reference
SELECT reference FROM password_lock WHERE key = $1 AND ends > $2;

-- name: Locks
SELECT counted, network, reference, ends FROM password_lock USING_INDEX(password_lock_account)
 WHERE account = $1 AND account <> '' AND ends > $2 ORDER BY ends, key;

-- name: Lift
DELETE FROM password_lock WHERE account = $1 AND account <> '';

-- name: Forgive
-- Tries that are being judged stay.
DELETE FROM try WHERE account = $1 AND account <> '' AND guess = '';

-- name: Familiar
SELECT COUNT(*) FROM familiar_network WHERE account = $1 AND network = $2 AND until > $3;

-- name: Remember
INSERT INTO familiar_network (account, network, until) VALUES ($1, $2, $3)
ON CONFLICT (account, network) DO UPDATE SET until = excluded.until;

-- name: Few
-- The latest $2 of an account's networks stay.
DELETE FROM familiar_network
 WHERE account = $1
   AND network NOT IN (SELECT network FROM familiar_network WHERE account = $1 ORDER BY until DESC, network LIMIT $2);

-- name: Strange
DELETE FROM familiar_network WHERE account = $1;
