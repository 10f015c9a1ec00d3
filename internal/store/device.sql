-- Devices, and what those of one phone share.

-- name: COLUMNS (part)
d.id, d.account, d.phone, d.name, d.platform, d.unlock, d.state, d.reason, d.moved_to, d.public_key,
d.kp, d.kk, d.epoch, d.counter, p.taken, d.probation, d.added, d.used, d.ended, d.leaves,
a.name, a.state = 'active', a.stopped, a.responses,
CASE WHEN s.device IS NULL OR s.switched_off THEN 'off' WHEN s.endpoint = '' THEN 'lost' ELSE 'ok' END,
COALESCE(s.switched_off, FALSE), s.sent

-- name: ByID
SELECT COLUMNS
  FROM device d JOIN account a ON a.id = d.account JOIN phone p ON p.id = d.phone
       LEFT JOIN subscription s ON s.device = d.id
 WHERE d.id = $1;

-- name: OfAccount
-- Those that are there, and the newest of those that were ever active, newest first.
SELECT COLUMNS
  FROM device d JOIN account a ON a.id = d.account JOIN phone p ON p.id = d.phone
       LEFT JOIN subscription s ON s.device = d.id
 WHERE d.seq IN (SELECT seq FROM device USING_INDEX(device_present)
                  WHERE account = $1 AND state IN ('active', 'suspended', 'pin_locked')
                 UNION
                 SELECT seq FROM (SELECT seq FROM device USING_INDEX(device_added)
                                   WHERE account = $1 AND added IS NOT NULL
                                   ORDER BY seq DESC
                                   LIMIT 50) AS lately)
 ORDER BY d.seq DESC;

-- name: OnPhone
-- Those that aren't removed, in the order of their ids.
SELECT COLUMNS
  FROM device d USING_INDEX(device_on_phone) JOIN account a ON a.id = d.account JOIN phone p ON p.id = d.phone
       LEFT JOIN subscription s ON s.device = d.id
 WHERE d.phone = $1 AND d.state <> 'removed'
 ORDER BY d.id;

-- name: Answerable
SELECT EXISTS (SELECT 1 FROM device USING_INDEX(device_present)
                WHERE account = $1 AND state IN ('active', 'suspended', 'pin_locked')
                  AND state = 'active' AND ($2 = '' OR id = $2))
       AND NOT (SELECT stopped FROM account WHERE id = $1);

-- name: Phone
SELECT id, taken, credential, public_key, sign_count, backup, backed_up FROM phone WHERE id = $1;

-- name: LockAccount (postgres)
-- The account of a device, before the device itself.
SELECT a.id FROM account a JOIN device d ON d.account = a.id WHERE d.id = $1 FOR NO KEY UPDATE OF a;

-- name: LockPhone (postgres)
SELECT id FROM phone WHERE id = $1 FOR NO KEY UPDATE;

-- name: LockPhoneOf (postgres)
SELECT id FROM phone WHERE id = (SELECT phone FROM device WHERE id = $1) FOR NO KEY UPDATE;

-- name: PhoneOf
-- The phone of a device that vouches for a new one of the same unlock, with the PIN
-- that it still has.
SELECT phone FROM device WHERE id = $1 AND state = 'active' AND unlock = $2 AND epoch = $3;

-- name: AddPhone
INSERT INTO phone (id, taken, wrong, sign_count, backup, backed_up) VALUES ($1, 0, 0, 0, FALSE, FALSE);

-- name: AddKey
-- A key that was ever a device's is never accepted again.
INSERT INTO device_key (hash) VALUES ($1) ON CONFLICT (hash) DO NOTHING;

-- name: Add
INSERT INTO device (id, account, phone, name, platform, unlock, state, reason, moved_to, public_key, epoch, counter)
VALUES ($1, $2, $3, $4, $5, $6, 'new', '', '', $7, 1, 0);

-- name: SetKeys
UPDATE device SET kp = $1, kk = $2 WHERE id = $3 AND state = 'new';

-- name: SetCredential
-- A phone has one for all its devices.
UPDATE phone SET credential = $1, public_key = $2, sign_count = $3, backup = $4, backed_up = $5
 WHERE id = (SELECT phone FROM device WHERE id = $6) AND credential IS NULL;

-- name: Signed
UPDATE phone SET sign_count = $1, backed_up = $2 WHERE id = $3 AND sign_count <= $1;

-- name: Count
-- Those that count against the phones an account may have: one that was named as lost doesn't.
SELECT COUNT(*) FROM device USING_INDEX(device_present)
 WHERE account = $1 AND id <> $2 AND state IN ('active', 'suspended', 'pin_locked') AND leaves IS NULL;

-- name: Start
UPDATE device SET state = 'active', added = $1, probation = $2 WHERE id = $3 AND account = $4 AND state = 'new';

-- name: Suspend
UPDATE device SET state = 'suspended', reason = $1, ended = $2 WHERE id = $3 AND state = 'active';

-- name: Resume
-- Never after a fork, and not when its time is over.
UPDATE device SET state = 'active', reason = '', moved_to = '', ended = NULL, leaves = NULL, successor = ''
 WHERE id = $1 AND state = 'suspended' AND reason <> 'clone' AND (leaves IS NULL OR leaves > $2);

-- name: CanBeLost
-- What a person can name as lost: a phone that the account still has.
SELECT COUNT(*) FROM device
 WHERE id = $1 AND account = $2 AND state IN ('active', 'suspended', 'pin_locked') AND (leaves IS NULL OR leaves > $3);

-- name: Has
-- Phones that could be named as lost.
SELECT COUNT(*) FROM device USING_INDEX(device_present)
 WHERE account = $1 AND state IN ('active', 'suspended', 'pin_locked') AND (leaves IS NULL OR leaves > $2);

-- name: Lose
-- Named as lost, when the new one is active: it is paused, a locked one stays locked, and goes when the new one's
-- probation ends.
UPDATE device
   SET reason = CASE WHEN state = 'active' THEN 'lost' ELSE reason END,
       ended = CASE WHEN state = 'active' THEN $1 ELSE ended END,
       state = CASE WHEN state = 'active' THEN 'suspended' ELSE state END,
       moved_to = $2, successor = $3, leaves = $4
 WHERE id = $5 AND account = $6 AND state IN ('active', 'suspended', 'pin_locked') AND (leaves IS NULL OR leaves > $1)
RETURNING id, account;

-- name: Keep
-- The new phone was stopped or went: what it stood for stays until somebody decides.
UPDATE device SET leaves = NULL WHERE successor = $1 AND leaves > $2 AND state IN ('suspended', 'pin_locked');

-- name: KeepAll
-- An alarm was proven: of all phones that would go, none goes until somebody decides.
UPDATE device USING_INDEX(device_present) SET leaves = NULL
 WHERE account = $1 AND state IN ('active', 'suspended', 'pin_locked') AND leaves > $2 AND state <> 'active';

-- name: Leave
-- Writes down that the time of lost phones is over; every statement looks at the time itself.
UPDATE device USING_INDEX(device_present) SET state = 'removed', reason = 'lost', ended = leaves, kp = NULL, kk = NULL
 WHERE account = $1 AND state IN ('active', 'suspended', 'pin_locked') AND leaves <= $2 AND state <> 'active'
RETURNING id, account;

-- name: Remove
-- Final. The row and its key stay, what the server shared with the phone goes.
UPDATE device SET state = 'removed', reason = $1, moved_to = $2, ended = $3, kp = NULL, kk = NULL
 WHERE id = $4 AND state IN ('active', 'suspended', 'pin_locked')
RETURNING id, account;

-- name: RemoveAll
UPDATE device USING_INDEX(device_present) SET state = 'removed', reason = $1, ended = $2, kp = NULL, kk = NULL
 WHERE account = $3 AND state IN ('active', 'suspended', 'pin_locked')
RETURNING id, account;

-- name: Fail
-- Its activation ended otherwise.
UPDATE device SET state = 'removed', reason = 'failed', ended = $1, kp = NULL, kk = NULL
 WHERE id = $2 AND state = 'new';

-- name: Rename
UPDATE device SET name = $1
 WHERE id = $2 AND account = $3 AND state IN ('active', 'suspended', 'pin_locked') AND (leaves IS NULL OR leaves > $4);

-- name: Lock
-- Five wrong PINs in a row.
UPDATE device USING_INDEX(device_on_phone) SET state = 'pin_locked', reason = '', ended = $1
 WHERE phone = $2 AND state <> 'removed' AND unlock = 'pin' AND state IN ('active', 'suspended')
RETURNING id, account;

-- name: TakePIN
-- Taken before it is judged: of any number of proofs at once, $2 are judged.
UPDATE phone SET taken = taken + 1, tried = $1 WHERE id = $3 AND taken < $2;

-- name: Tried
SELECT tried FROM phone WHERE id = $1;

-- name: RightPIN
UPDATE phone SET taken = 0, wrong = 0 WHERE id = $1 AND (taken > 0 OR wrong > 0);

-- name: WrongPIN
UPDATE phone SET wrong = wrong + 1, taken = CASE WHEN taken > wrong THEN taken ELSE wrong + 1 END
 WHERE id = $1
RETURNING taken, wrong;

-- name: PINBack
UPDATE phone SET taken = taken - 1 WHERE id = $1 AND taken > wrong;

-- name: Approved
UPDATE device SET used = $1 WHERE id = $2;
