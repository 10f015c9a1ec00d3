-- Where pushes go, and when requests had one.

-- name: Subscribe
-- Replaces the subscription of an active device; the person's switch stays.
INSERT INTO subscription (device, endpoint, p256dh, auth, language, switched_off, since)
SELECT id, $1, $2, $3, $6, FALSE, $4 FROM device WHERE id = $5 AND state = 'active'
    ON CONFLICT (device) DO UPDATE
   SET endpoint = excluded.endpoint, p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language, since = excluded.since
 WHERE subscription.endpoint <> excluded.endpoint OR subscription.p256dh <> excluded.p256dh
    OR subscription.auth <> excluded.auth;

-- name: Speak
-- The same subscription in another language.
UPDATE subscription SET language = $1 WHERE device = $2 AND language <> $1;

-- name: Unsubscribe
DELETE FROM subscription WHERE device = $1;

-- name: UnsubscribeAll
-- Of an account's devices that are no more.
DELETE FROM subscription
 WHERE device IN (SELECT id FROM device WHERE account = $1 AND state = 'removed');

-- name: Switch
UPDATE subscription SET switched_off = $1
 WHERE device = (SELECT id FROM device WHERE id = $2 AND account = $3 AND state <> 'removed') AND switched_off <> $1;

-- name: Switchable
SELECT COUNT(*) FROM subscription s JOIN device d USING_INDEX(sqlite_autoindex_device_1) ON d.id = s.device
 WHERE d.id = $1 AND d.account = $2 AND d.state <> 'removed';

-- name: ByDevice
SELECT s.device, d.account, s.endpoint, s.p256dh, s.auth, COALESCE(NULLIF(s.language, ''), a.language), s.sent
  FROM subscription s JOIN device d ON d.id = s.device JOIN account a ON a.id = d.account
 WHERE s.device = $1 AND s.endpoint <> '' AND NOT s.switched_off AND d.state <> 'removed';

-- name: OfAccount
-- For a request those that may answer it ($2); a notice is for suspended and locked
-- ones too.
SELECT s.device, d.account, s.endpoint, s.p256dh, s.auth, COALESCE(NULLIF(s.language, ''), a.language), s.sent
  FROM device d USING_INDEX(device_present) JOIN subscription s ON s.device = d.id JOIN account a ON a.id = d.account
 WHERE d.account = $1 AND d.state IN ('active', 'suspended', 'pin_locked') AND s.endpoint <> '' AND NOT s.switched_off
   AND (d.state = 'active' OR NOT $2);

-- name: Sent
UPDATE subscription SET sent = $1 WHERE device = $2 AND endpoint = $3 AND (sent IS NULL OR sent < $1);

-- name: Lose
-- Unless the phone has registered anew meanwhile.
UPDATE subscription SET endpoint = '', p256dh = NULL, auth = NULL
 WHERE device = $1 AND endpoint = $2;

-- name: TakePush
-- Taken before it is sent: of any number of requests at once one is pushed in $3,
-- and $5 since $4. Times are Unix seconds.
INSERT INTO try (key, at)
SELECT $1, $2
 WHERE NOT EXISTS (SELECT 1 FROM try WHERE key = $1 AND at > $3)
   AND (SELECT COUNT(*) FROM try WHERE key = $1 AND at > $4) < $5;

-- name: Ring
-- One more push of a request that waits, of $3 in all.
INSERT INTO ring (request, count, last)
SELECT id, 1, $2 FROM request WHERE id = $1 AND state = 'waiting' AND expires > $2
    ON CONFLICT (request) DO UPDATE SET count = ring.count + 1, last = excluded.last
 WHERE ring.count < $3;

-- name: MarkRung
-- What a phone was woken for counts in a row.
UPDATE request SET rung = TRUE WHERE id = $1 AND NOT rung;

-- name: Rung
SELECT count, last FROM ring WHERE request = $1;

-- name: Pushes
-- Of an account since $2, newest first.
SELECT at FROM try WHERE key = $1 AND at > $2 ORDER BY at DESC LIMIT $3;

-- name: Row
-- The last requests of an account that have stopped waiting and were pushed or
-- answered, newest first: whether each was approved, and when it stopped.
SELECT way <> '', settled
  FROM request USING_INDEX(request_row)
 WHERE account = $1 AND settled IS NOT NULL AND (way <> '' OR state = 'denied' OR rung)
 ORDER BY settled DESC, seq DESC
 LIMIT $2;

-- name: Quiet
SELECT quiet FROM account WHERE id = $1;
