-- name: Append
INSERT INTO event (kind, at, account, device, subject, reference, detail)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Refused
-- The newest refusal of a code that was the account's.
SELECT kind, at, account, device, subject, reference, detail
  FROM event
 WHERE account = $1 AND kind = 'activation.refused' AND subject <> '' AND at >= $2
 ORDER BY seq DESC
 LIMIT 1;

-- name: About
-- What happened to an account, a device, an activation, a request or a session.
SELECT kind, at, account, device, subject, reference, detail
  FROM event
 WHERE account = $1 OR device = $1 OR subject = $1
 ORDER BY seq;
