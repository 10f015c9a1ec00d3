-- Answers of devices, by counter, and PROOF texts: each is judged once.

-- name: Advance
-- Check 5 of spec §8.5: larger than all before, by at most $3.
UPDATE device SET counter = $1, answered_from = $4
 WHERE id = $2 AND counter < $1 AND counter >= $1 - $3 AND state = 'active';

-- name: Insert
INSERT INTO answer (device, counter, text, state, code, tries_left, ended, at)
VALUES ($1, $2, $3, '', '', 0, '', $4);

-- name: Keep
-- The last $2 + 1 are kept, and before them as many as it takes to have one that was accepted before $3, when the
-- oldest nonce that still counts was made: so whoever sends many answers doesn't hide when the first came. A103.
DELETE FROM answer
 WHERE device = $1
   AND counter < (SELECT counter FROM answer WHERE device = $1 ORDER BY counter DESC LIMIT 1 OFFSET $2)
   AND counter < (SELECT MAX(counter) FROM answer WHERE device = $1 AND at < $3);

-- name: ByCounter
-- With whether it is one of the last $3 + 1.
SELECT text, state, code, tries_left, ended,
       counter >= COALESCE((SELECT counter FROM answer WHERE device = $1 ORDER BY counter DESC LIMIT 1 OFFSET $3), 0)
  FROM answer WHERE device = $1 AND counter = $2;

-- name: Passed
-- When a counter was first passed by another one.
SELECT MIN(at) FROM answer WHERE device = $1 AND counter > $2;

-- name: Judge
-- A result that is there stays: what was decided is never called undecided.
UPDATE answer SET state = $1, code = $2, tries_left = $3, ended = $4
 WHERE device = $5 AND counter = $6 AND text = $7 AND state = '' AND code = '';

-- name: From
-- Where the newest answer of a device came from.
SELECT answered_from FROM device WHERE id = $1;

-- name: AddLate
-- Neither the same text nor the same call is evidence twice.
INSERT INTO late_answer (device, text, nonce, stays) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: CountLate
SELECT COUNT(*) FROM late_answer WHERE device = $1;

-- name: DropLate
-- One was accepted. What was sent after a larger one stays: a copy could wipe it away with each answer of its own.
DELETE FROM late_answer WHERE device = $1 AND NOT stays;

-- name: TakeProof
INSERT INTO proof (device, text, at, state, code, tries_left, ended)
VALUES ($1, $2, $3, '', '', 0, '')
ON CONFLICT (device, text) DO NOTHING;

-- name: Proof
SELECT text, state, code, tries_left, ended FROM proof WHERE device = $1 AND text = $2;

-- name: DropProofs
-- Their nonces are over.
DELETE FROM proof WHERE device = $1 AND at <= $2;

-- name: JudgeProof
UPDATE proof SET state = $1, code = $2, tries_left = $3, ended = $4
 WHERE device = $5 AND text = $6 AND state = '' AND code = '';

-- name: DropAnswersOf
DELETE FROM answer WHERE device IN (SELECT id FROM device WHERE account = $1);

-- name: DropLateOf
DELETE FROM late_answer WHERE device IN (SELECT id FROM device WHERE account = $1);

-- name: DropProofsOf
DELETE FROM proof WHERE device IN (SELECT id FROM device WHERE account = $1);
