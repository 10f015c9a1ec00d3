-- Activations. An arrow of the picture in package activation is one UPDATE that
-- names the state it leaves and compares the deadline with the time it is given.
-- Every arrow out of waiting clears the sealed code.

-- name: COLUMNS (part)
id, account, session, purpose, approval, old_device, state, cause, made, expires, extended, looked,
browser, ip, place, code_hash, code, device, phone_name, platform, unlock, device_key, agree_key, commitment,
text, via, private, server_key, nonce, redeemed, phone_nonce, digits, tries, wrong, finished, ended

-- name: Insert
INSERT INTO activation (id, account, session, purpose, approval, old_device, state, cause, made, expires, extended,
                        browser, ip, place, code_hash, code, device, phone_name, platform, unlock, via, tries)
VALUES ($1, $2, $3, $4, $5, $6, 'waiting', '', $7, $8, FALSE, $9, $10, $11, $12, $13, '', '', '', '', '', 0);

-- name: ByID
SELECT COLUMNS
  FROM activation WHERE id = $1;

-- name: Newest
-- Of those that a session made.
SELECT COLUMNS
  FROM activation WHERE session = $1
 ORDER BY seq DESC
 LIMIT 1;

-- name: ByCode
SELECT COLUMNS
  FROM activation WHERE code_hash = $1;

-- name: Replace
-- There is one unfinished activation per account at most: the schema says so.
UPDATE activation
   SET state = 'replaced', cause = $1, code = NULL, private = NULL, text = NULL, digits = NULL, ended = $2
 WHERE account = $3 AND state IN ('waiting', 'redeemed', 'checking')
RETURNING id, device;

-- name: CancelOfSession
-- What a session has begun that ends.
UPDATE activation
   SET state = 'cancelled', cause = $1, code = NULL, private = NULL, text = NULL, digits = NULL, ended = $2
 WHERE account = $3 AND session = $4 AND state IN ('waiting', 'redeemed', 'checking')
RETURNING id, device;

-- name: CancelOthers
-- What other sessions have begun.
UPDATE activation
   SET state = 'cancelled', cause = $1, code = NULL, private = NULL, text = NULL, digits = NULL, ended = $2
 WHERE account = $3 AND session <> $4 AND state IN ('waiting', 'redeemed', 'checking')
RETURNING id, device;

-- name: Look
UPDATE activation SET looked = $1, extended = $2, expires = expires + $3
 WHERE id = $4 AND state = 'waiting' AND expires > $1 AND looked IS NULL;

-- name: Redeem
-- Compare and swap: of any number of phones with the same code, one gets it.
UPDATE activation
   SET state = 'redeemed', code = NULL, redeemed = $1, expires = $2, device = $3, phone_name = $4, platform = $5,
       unlock = $6, device_key = $7, agree_key = $8, commitment = $9, text = $10, via = $11, private = $12,
       server_key = $13, nonce = $14
 WHERE id = $15 AND code_hash = $16 AND state = 'waiting' AND expires > $1;

-- name: Finish
UPDATE activation
   SET state = 'checking', private = NULL, text = NULL, phone_nonce = $1, digits = $2, finished = $3, expires = $4
 WHERE id = $5 AND device = $6 AND state = 'redeemed' AND expires > $3;

-- name: Try
-- Taken before the digits are compared: of any number at once, $2 are. After the last one nothing is waited for but
-- its judgement: should that never come, because the server was killed, time ends the activation at $4.
UPDATE activation
   SET tries = tries + 1, expires = CASE WHEN tries + 1 < $2 OR expires < $4 THEN expires ELSE $4 END
 WHERE id = $1 AND state = 'checking' AND tries < $2 AND expires > $3
RETURNING tries;

-- name: Wrong
-- A hint for the phone, which a try that is still being judged must not give.
UPDATE activation SET wrong = wrong + 1 WHERE id = $1 AND state = 'checking';

-- name: Activate
UPDATE activation SET state = 'active', digits = NULL, ended = $1
 WHERE id = $2 AND state = 'checking' AND expires > $1;

-- name: Fail
-- Commitment, proof or credential wrong.
UPDATE activation
   SET state = 'failed', cause = $1, private = NULL, text = NULL, ended = $2
 WHERE id = $3 AND state = 'redeemed'
RETURNING id, device;

-- name: Cancel
UPDATE activation
   SET state = 'cancelled', cause = $1, code = NULL, private = NULL, text = NULL, digits = NULL, ended = $2
 WHERE id = $3 AND state IN ('waiting', 'redeemed', 'checking')
RETURNING id, device;

-- name: Expire
UPDATE activation
   SET state = 'expired', cause = $1, code = NULL, private = NULL, text = NULL, digits = NULL, ended = $2
 WHERE id = $3 AND state IN ('waiting', 'redeemed', 'checking') AND expires <= $2
RETURNING id, device;

-- name: KeyUsed
SELECT COUNT(*) FROM device_key WHERE hash = $1;
