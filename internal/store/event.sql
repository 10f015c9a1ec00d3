-- The record. A row is found by its account, device, subject, reference or actor; rows that name none are in
-- no index of that name, so each of these says so.

-- name: Append
INSERT INTO event (kind, at, account, device, subject, reference, detail, actor, addresses)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: Refused
-- The newest refusal of a code that was the account's.
SELECT kind, at, account, device, subject, reference, detail, actor, addresses
  FROM event USING_INDEX(event_refused)
 WHERE account = $1 AND kind = 'activation.refused' AND subject <> '' AND at >= $2
 ORDER BY at DESC, seq DESC
 LIMIT 1;

-- name: OfAccount
SELECT kind, at, account, device, subject, reference, detail, actor, addresses
  FROM event
 WHERE account = $1 AND account <> ''
 ORDER BY seq;

-- name: OfDevice
SELECT kind, at, account, device, subject, reference, detail, actor, addresses
  FROM event
 WHERE device = $1 AND device <> ''
 ORDER BY seq;

-- name: OfSubject
-- What happened to an activation, a request, a session or a letter.
SELECT kind, at, account, device, subject, reference, detail, actor, addresses
  FROM event
 WHERE subject = $1 AND subject <> ''
 ORDER BY seq;

-- name: OfReference
-- What a person has been given 8 symbols for.
SELECT kind, at, account, device, subject, reference, detail, actor, addresses
  FROM event
 WHERE reference = $1 AND reference <> ''
 ORDER BY seq;
