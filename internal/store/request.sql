-- Requests. An arrow of the picture in package approval is one UPDATE that names
-- the state it leaves and compares the deadline with the time that it is given.

-- name: COLUMNS (part)
id, account, name, app, action, message, target, session, pending, known, browser, ip, place,
carry, number, tries, state, made, expires, password, seen, seen_by,
device, answered_by, way, unlock, answered, used, ended,
reference, qr, qrs, challenge, responses, first, visit

-- name: Insert
INSERT INTO request (id, account, name, app, action, message, target, session, pending, known, browser, ip, place,
                     carry, number, tries, state, made, expires, password,
                     seen, seen_by, device, answered_by, way, unlock, used, answer, reference, first, visit)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 0, 'waiting', $16, $17, $18,
        '', '', '', '', '', '', FALSE, '', $19, $20, $21);

-- name: ByID
SELECT COLUMNS
  FROM request WHERE id = $1;

-- name: Newest
-- Of those that a browser made.
SELECT COLUMNS
  FROM request WHERE pending = $1
 ORDER BY seq DESC
 LIMIT 1;

-- name: Recent
-- Those that wait, over or not, and the newest of those that stopped waiting since $2.
SELECT COLUMNS
  FROM request
 WHERE seq IN (SELECT seq FROM request USING_INDEX(request_waiting) WHERE account = $1 AND state = 'waiting'
               UNION
               SELECT seq FROM (SELECT seq FROM request USING_INDEX(request_settled)
                                 WHERE account = $1 AND settled >= $2
                                 ORDER BY settled DESC
                                 LIMIT 100) AS lately)
 ORDER BY seq DESC;

-- name: LockAccount (postgres)
-- The account of a request, before the request itself.
SELECT a.id FROM account a JOIN request r ON r.account = a.id WHERE r.id = $1 FOR NO KEY UPDATE OF a;

-- name: Expire
-- Written when the account's next request is made; until then every statement
-- looks at the time itself.
UPDATE request USING_INDEX(request_waiting) SET state = 'expired', number = NULL, ended = $1, settled = expires
 WHERE account = $2 AND state = 'waiting' AND expires <= $1
RETURNING id, account;

-- name: ReplaceBrowsers
-- A newer request of the same browser.
UPDATE request SET state = 'replaced', number = NULL, ended = $1, settled = $1
 WHERE pending IN ($2, $3) AND state = 'waiting'
RETURNING id, account;

-- name: Waiting
SELECT COUNT(*) FROM request USING_INDEX(request_waiting) WHERE account = $1 AND state = 'waiting';

-- name: ReplaceOldest
-- Of unknown browsers first; of known ones only for a known one ($3).
UPDATE request SET state = 'replaced', number = NULL, ended = $1, settled = $1
 WHERE id = (SELECT id FROM request USING_INDEX(request_waiting)
              WHERE account = $2 AND state = 'waiting' AND (NOT known OR $3)
              ORDER BY known, seq
              LIMIT 1)
   AND state = 'waiting'
RETURNING id, account;

-- name: See
UPDATE request SET seen = $1, seen_by = $2 WHERE id = $3 AND state = 'waiting' AND expires > $4;

-- name: Prolong
-- Not while the last try is judged: see Try.
UPDATE request
   SET expires = CASE WHEN expires + $1 < made + $2 THEN expires + $1 ELSE made + $2 END
 WHERE id = $3 AND state = 'waiting' AND expires > $4 AND expires < made + $2 AND tries < $5 AND responses < $6;

-- name: NewQR
-- The secret before it, if there was one, is worth nothing any more, as is what a
-- phone said of it. The request lives until $4 at least, but
-- never longer than $5 in all.
UPDATE request
   SET qr = $1, qrs = qrs + 1, seen = '', seen_by = '',
       expires = CASE WHEN expires >= $4 THEN expires WHEN made + $5 < $4 THEN made + $5 ELSE $4 END
 WHERE id = $2 AND state = 'waiting' AND expires > $6 AND qrs = $3 AND qrs < $7 AND tries < $8 AND responses < $9;

-- name: Challenge
-- One for the life of a sign-in, which is prolonged like that of a new QR secret; none for another action: A102.
UPDATE request
   SET challenge = $1,
       expires = CASE WHEN expires >= $3 THEN expires WHEN made + $4 < $3 THEN made + $4 ELSE $3 END
 WHERE id = $2 AND state = 'waiting' AND expires > $5 AND challenge = '' AND tries < $6
   AND action IN (BY_RESPONSE);

-- name: AddChallenge
-- Never twice for an account.
INSERT INTO challenge_code (account, code) SELECT account, $1 FROM request WHERE id = $2
ON CONFLICT (account, code) DO NOTHING;

-- name: TryResponse
-- Taken before the response is looked at: of any number of guesses at once, $2 are judged. After the last one the
-- request lives until $4, as after that of Try.
UPDATE request
   SET responses = responses + 1, expires = CASE WHEN responses + 1 < $2 OR expires < $4 THEN expires ELSE $4 END
 WHERE id = $1 AND state = 'waiting' AND expires > $3 AND responses < $2 AND challenge <> ''
   AND action IN (BY_RESPONSE);

-- name: FailResponse
-- A wrong response, when no try is left, ends the request.
UPDATE request SET state = 'failed', number = NULL, ended = $1, settled = $1
 WHERE id = $2 AND state = 'waiting' AND responses >= $3;

-- name: TryAgain
-- How often a request may be followed by another one without the password.
UPDATE request SET agains = agains + 1 WHERE id = $1 AND agains < $2;

-- name: Try
-- Taken before the number is looked at: of any number of guesses at once, $2 are judged. After the last one there is
-- nothing to wait for but its judgement: should that never come, because the server was killed, time ends the request
-- at $4.
UPDATE request
   SET tries = tries + 1, expires = CASE WHEN tries + 1 < $2 OR expires < $4 THEN expires ELSE $4 END
 WHERE id = $1 AND state = 'waiting' AND expires > $3 AND tries < $2;

-- name: Fail
-- A wrong number, when no try is left, ends the request.
UPDATE request SET state = 'failed', number = NULL, ended = $1, settled = $1
 WHERE id = $2 AND state = 'waiting' AND tries >= $3;

-- name: Decide
-- Compare and swap: of two phones answering at once, one row changes, once.
UPDATE request
   SET state = $1, number = NULL, device = $2, answered_by = $3, way = $4, unlock = $5, answered = $6, settled = $6,
       ended = $7, expires = COALESCE($8, expires), answer = $9, signature = $10
 WHERE id = $11 AND state = 'waiting' AND expires > $6
   AND EXISTS (SELECT 1 FROM account a WHERE a.id = request.account AND a.state = 'active' AND NOT a.stopped)
   AND EXISTS (SELECT 1 FROM device d WHERE d.id = $2 AND d.account = request.account AND d.state = 'active'
                  AND ($1 <> 'approved' OR d.probation IS NULL OR d.probation <= $6
                       OR request.action IN (CHANGE_NOTHING)))
   AND ($1 <> 'approved' OR action <> 'move_phone' OR target = $2)
   AND ($4 <> 'offline' OR action IN (BY_RESPONSE))
RETURNING account;

-- name: Cancel
UPDATE request SET state = 'cancelled', number = NULL, ended = $1, settled = $1
 WHERE id = $2 AND state = 'waiting' AND expires > $1;

-- name: Overdue
-- What time has ended and nobody has written down.
SELECT id, account FROM request USING_INDEX(request_open)
 WHERE state IN ('waiting', 'approved') AND expires <= $1
 ORDER BY expires
 LIMIT $2;

-- name: End
-- Time is over, also for an approved one that nobody redeemed.
UPDATE request SET state = 'expired', number = NULL, ended = $1, settled = COALESCE(settled, expires)
 WHERE id = $2 AND state IN ('waiting', 'approved') AND expires <= $1;

-- name: CancelOfSession
-- What a session has asked a phone that ends.
UPDATE request SET state = 'cancelled', number = NULL, ended = $1, settled = COALESCE(settled, $1)
 WHERE seq IN (SELECT seq FROM request USING_INDEX(request_waiting) WHERE account = $2 AND state = 'waiting' AND session = $3
               UNION
               SELECT seq FROM request USING_INDEX(request_approved)
                WHERE account = $2 AND state = 'approved' AND expires > $1 AND session = $3)
   AND state IN ('waiting', 'approved')
RETURNING id, account;

-- name: CancelAll
-- What waits, sign-ins that were approved and that no browser has redeemed, and ($3) changes too. An approval whose
-- time is over is worth nothing, whatever is written in its row.
UPDATE request SET state = 'cancelled', number = NULL, ended = $1, settled = COALESCE(settled, $1)
 WHERE seq IN (SELECT seq FROM request USING_INDEX(request_waiting) WHERE account = $2 AND state = 'waiting'
               UNION
               SELECT seq FROM request USING_INDEX(request_approved)
                WHERE account = $2 AND state = 'approved' AND expires > $1 AND (action = 'sign_in' OR $3))
   AND state IN ('waiting', 'approved')
RETURNING id, account;

-- name: CancelApproved
-- The account, or the phone that approved, may not any more: written by the browser that comes.
UPDATE request SET state = 'cancelled', number = NULL, ended = $1
 WHERE id = $2 AND pending = $3 AND state = 'approved' AND expires > $1;

-- name: Recover
-- A recovery code stands for the phone's answer: the request ends, and what its password still allowed.
UPDATE request
   SET state = CASE WHEN state IN ('waiting', 'approved') THEN 'cancelled' ELSE state END,
       number = NULL, password = NULL, ended = COALESCE(ended, $1), settled = COALESCE(settled, $1)
 WHERE id = $2 AND pending = $3 AND action = 'sign_in' AND password > $4
   AND state NOT IN ('redeemed', 'reported', 'cancelled')
   AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = request.account AND a.refreshed >= request.password);

-- name: Redeem
-- By the browser that began, once, while account and approving device still may.
UPDATE request SET state = 'redeemed', ended = $1
 WHERE id = $2 AND pending = $3 AND state = 'approved' AND expires > $1 AND reported IS NULL
   AND (way <> 'offline' OR action IN (BY_RESPONSE))
   AND EXISTS (SELECT 1 FROM account a WHERE a.id = request.account AND a.state = 'active')
   AND EXISTS (SELECT 1 FROM device d WHERE d.id = request.device AND d.state = 'active');

-- name: Approval
-- An approval of a security change that can be used: the device that gave it may, a move was approved by the device
-- that ends, no response code gave it, and no recovery code opened the session that asked.
SELECT r.target
  FROM request r USING_INDEX(sqlite_autoindex_request_1) JOIN device d ON d.id = r.device
 WHERE r.id = $1 AND r.account = $2 AND r.session = $3 AND r.action = $4 AND r.state = 'redeemed' AND NOT r.used
   AND r.answered >= $5 AND r.way <> 'offline' AND d.state = 'active' AND (d.probation IS NULL OR d.probation <= $6)
   AND (r.action <> 'move_phone' OR r.device = r.target)
   AND NOT EXISTS (SELECT 1 FROM session s WHERE s.id = r.session AND s.way = 'recovery');

-- name: UseApproval
UPDATE request SET used = TRUE
 WHERE id = $1 AND session = $2 AND action = $3 AND state = 'redeemed' AND NOT used AND answered >= $4 AND way <> 'offline'
   AND EXISTS (SELECT 1 FROM device d WHERE d.id = request.device AND d.state = 'active'
                  AND (d.probation IS NULL OR d.probation <= $5))
   AND (action <> 'move_phone' OR device = target)
   AND NOT EXISTS (SELECT 1 FROM session s WHERE s.id = request.session AND s.way = 'recovery');

-- name: Usable
-- The newest approval of a change that a session has and has not used.
SELECT r.id
  FROM request r USING_INDEX(request_settled) JOIN device d ON d.id = r.device
 WHERE r.account = $1 AND r.settled >= $2 AND r.session = $3 AND r.action = $4 AND r.state = 'redeemed' AND NOT r.used
   AND r.answered >= $2 AND r.way <> 'offline' AND d.state = 'active' AND (d.probation IS NULL OR d.probation <= $5)
   AND NOT EXISTS (SELECT 1 FROM session s WHERE s.id = r.session AND s.way = 'recovery')
 ORDER BY r.seq DESC
 LIMIT 1;

-- name: Report
-- A sign-in of an account, by its person, afterwards; once.
UPDATE request SET reported = $1
 WHERE id = $2 AND account = $3 AND action = 'sign_in' AND state IN ('approved', 'redeemed', 'denied') AND reported IS NULL;

-- name: Reportable
SELECT COUNT(*) FROM request WHERE id = $1 AND account = $2 AND reported IS NOT NULL;
