-- Accounts.

-- name: Lock
-- Whoever changes more than one row of an account takes its row first, so that
-- two of them queue up instead of deadlocking. SQLite has one writer anyway.
SELECT id FROM account WHERE id = $1;

-- name: Lock (postgres)
SELECT id FROM account WHERE id = $1 FOR NO KEY UPDATE;

-- name: LockActive
SELECT id FROM account WHERE id = $1 AND state = 'active';

-- name: LockActive (postgres)
SELECT id FROM account WHERE id = $1 AND state = 'active' FOR NO KEY UPDATE;

-- name: Insert
INSERT INTO account (id, name, folded, email, language, state, first_phone, numbers, stopped, quiet,
                     codes_made, password, added)
VALUES ($1, $2, $3, $4, $5, $6, TRUE, 0, FALSE, NULL, FALSE, $7, $8)
ON CONFLICT (folded) DO NOTHING;

-- name: ByID
SELECT id, name, email, language, state, first_phone,
       NOT EXISTS (SELECT 1 FROM device d USING_INDEX(device_added) WHERE d.account = account.id AND d.added IS NOT NULL),
       numbers, quiet, held, more_time, added, password, revision
  FROM account WHERE id = $1;

-- name: ByName
-- Of a name folded as before and as now, migration 14: it is one row but for names that only the former tells apart.
SELECT id, name, email, language, state, first_phone,
       NOT EXISTS (SELECT 1 FROM device d USING_INDEX(device_added) WHERE d.account = account.id AND d.added IS NOT NULL),
       numbers, quiet, held, more_time, added, password, revision
  FROM account WHERE folded IN ($1, $2) ORDER BY folded <> $1 LIMIT 1;

-- name: Page
-- Accounts by their folded name, after one.
SELECT id, name, email, language, state, first_phone,
       NOT EXISTS (SELECT 1 FROM device d USING_INDEX(device_added) WHERE d.account = account.id AND d.added IS NOT NULL),
       numbers, quiet, held, more_time, added, password, revision,
       folded, (SELECT COUNT(*) FROM device d USING_INDEX(device_present)
                 WHERE d.account = account.id AND d.state = 'active' AND d.state IN ('active', 'suspended', 'pin_locked'))
  FROM account
 WHERE folded > $1 ORDER BY folded LIMIT $2;

-- name: Page (postgres)
-- In the order of the bytes, as SQLite has them.
SELECT id, name, email, language, state, first_phone,
       NOT EXISTS (SELECT 1 FROM device d USING_INDEX(device_added) WHERE d.account = account.id AND d.added IS NOT NULL),
       numbers, quiet, held, more_time, added, password, revision,
       folded, (SELECT COUNT(*) FROM device d USING_INDEX(device_present)
                 WHERE d.account = account.id AND d.state = 'active' AND d.state IN ('active', 'suspended', 'pin_locked'))
  FROM account
 WHERE folded COLLATE "C" > $1 ORDER BY folded COLLATE "C" LIMIT $2;

-- name: SetState
UPDATE account SET state = $1 WHERE id = $2 AND state <> $1;

-- name: Reset
UPDATE account
   SET first_phone = TRUE, codes_made = FALSE, codes_saved = FALSE, code_tries = 0, numbers = 0, stopped = FALSE,
       quiet = NULL, held = FALSE, responses = 0, offline = TRUE
 WHERE id = $1;

-- name: Unlock
-- Wrong numbers, responses and recovery codes are forgotten.
UPDATE account
   SET numbers = 0, stopped = FALSE, held = FALSE, responses = 0, offline = TRUE, code_tries = 0
 WHERE id = $1;

-- name: SetMoreTime
UPDATE account SET more_time = $1 WHERE id = $2 AND more_time <> $1;

-- name: SetEmail
UPDATE account SET email = $1 WHERE id = $2;

-- name: Rename
-- The name of another account changes no row.
UPDATE account SET name = $1, folded = $2
 WHERE id = $3 AND NOT EXISTS (SELECT 1 FROM account o WHERE o.folded = $2 AND o.id <> $3);

-- name: Delete
DELETE FROM account WHERE id = $1;

-- name: MayChangePhones
-- No sign-in was reported lately, and no alarm waits for the operator.
SELECT first_phone FROM account WHERE id = $1 AND (quiet IS NULL OR quiet <= $2) AND NOT held;

-- name: HasPhone
UPDATE account SET first_phone = FALSE WHERE id = $1;

-- name: TakeNumber
-- Taken before the number is looked at: of any number of guesses at once, $2 are judged.
UPDATE account SET numbers = numbers + 1
 WHERE id = (SELECT account FROM request WHERE id = $1) AND numbers < $2 AND NOT stopped;

-- name: RightNumber
UPDATE account SET numbers = 0 WHERE id = $1 AND numbers > 0;

-- name: TakeResponse
-- Taken before the response is looked at. With $2 taken, challenge codes are off.
UPDATE account SET responses = responses + 1
 WHERE id = (SELECT account FROM request WHERE id = $1) AND responses < $2;

-- name: RightResponse
UPDATE account SET responses = 0 WHERE id = $1 AND responses > 0;

-- name: OfflineOn
-- Challenge codes that are off are on again once a phone has approved a change of security settings: with each
-- sign-in a thief would get ten guesses more. A row that is shorter stays, A57.
UPDATE account SET responses = 0, offline = TRUE
 WHERE id = $1 AND responses >= $2
   AND EXISTS (SELECT 1 FROM request r WHERE r.id = $3 AND r.action NOT IN (CHANGE_NOTHING));

-- name: OfflineOff
-- Says once that challenge codes are off: TakeResponse lets nobody try any more.
UPDATE account SET offline = FALSE WHERE id = $1 AND responses >= $2 AND offline;

-- name: Stop
UPDATE account SET stopped = TRUE WHERE id = $1 AND numbers >= $2 AND NOT stopped;

-- name: Quiet
UPDATE account SET quiet = $1 WHERE id = $2 AND (quiet IS NULL OR quiet < $1);

-- name: SetPassword
UPDATE account SET password = $1, revision = revision + 1 WHERE id = $2;

-- name: ChangePassword
-- Compare and swap: $3 is the password that was typed.
UPDATE account SET password = $1, revision = revision + 1 WHERE id = $2 AND revision = $3;

-- name: Revised
SELECT COUNT(*) FROM account WHERE id = $1 AND revision <> $2;

-- name: Refresh
UPDATE account SET refreshed = $1 WHERE id = $2;

-- name: Refreshed
SELECT COUNT(*) FROM account WHERE id = $1 AND refreshed >= $2;
