-- What people are told: see package notice.

-- name: Append
-- An event that people hear of: its number is that of its notices.
INSERT INTO event (kind, at, account, device, subject, reference, detail, actor, addresses)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING seq;

-- name: Lately
SELECT COUNT(*) FROM told USING_INDEX(told_kind) WHERE account = $1 AND kind = $3 AND at > $2;

-- name: PhoneName
SELECT name FROM device WHERE id = $1;

-- name: Tell
INSERT INTO told (event, account, kind, at, device, phone, origin, place, remaining, reference)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: ForEach
-- Every device of the account but the one that did it: the one that acts, and the
-- one that approved the change ($4 is its request).
INSERT INTO notice (device, event, state)
SELECT d.id, t.event, 'new' FROM told t JOIN device d USING_INDEX(device_present) ON d.account = t.account
 WHERE t.event = $1 AND d.account = $2 AND d.id <> $3 AND d.state IN ('active', 'suspended', 'pin_locked')
   AND d.id NOT IN (SELECT r.device FROM request r WHERE r.id = $4);

-- name: ToPerson
INSERT INTO letter (id, event, account, role, address, language, name, kind, at, phone, origin, place, remaining, reference, tries, due)
SELECT $1, t.event, a.id, 'person', a.email, a.language, a.name, t.kind, t.at, t.phone, t.origin, t.place, t.remaining, t.reference, 0, t.at
  FROM told t JOIN account a ON a.id = t.account
 WHERE t.event = $2 AND a.email <> '';

-- name: ToOperator
INSERT INTO letter (id, event, account, role, address, language, name, kind, at, phone, origin, place, remaining, reference, tries, due)
SELECT $1, t.event, a.id, 'operator', $3, '', a.name, t.kind, t.at, t.phone, t.origin, t.place, t.remaining, t.reference, 0, t.at
  FROM told t JOIN account a ON a.id = t.account
 WHERE t.event = $2;

-- name: OfDevice
-- Those that nobody has answered on it, newest first, with the probation of the
-- phone that each is about, whatever has become of that one, and whether the account
-- has another list of recovery codes by now.
SELECT t.event, t.account, t.kind, t.at, t.device, t.phone, t.origin, t.place, t.remaining, t.reference, d.probation,
       EXISTS (SELECT 1 FROM told l USING_INDEX(told_kind) WHERE l.account = t.account AND l.kind = 'recovery_new' AND l.event > t.event)
  FROM notice n USING_INDEX(notice_new) JOIN told t ON t.event = n.event LEFT JOIN device d ON d.id = t.device
 WHERE n.device = $1 AND n.state = 'new' AND t.at >= $2
 ORDER BY n.event DESC
 LIMIT 20;

-- name: Notice
SELECT t.event, t.account, t.kind, t.at, t.device, t.phone, t.origin, t.place, t.remaining, t.reference
  FROM notice n JOIN told t ON t.event = n.event
 WHERE n.device = $1 AND n.event = $2;

-- name: State
SELECT state FROM notice WHERE device = $1 AND event = $2;

-- name: See
UPDATE notice SET state = 'seen' WHERE device = $1 AND event = $2 AND state = 'new';

-- name: Alarm
-- Once: of any number of alarms about one notice, one is raised.
UPDATE notice SET state = 'alarm' WHERE device = $1 AND event = $2 AND state <> 'alarm';

-- name: Pause
-- A phone in its first time, by an alarm that was proven.
UPDATE device SET state = 'suspended', reason = 'alarm', ended = $1
 WHERE id = $2 AND account = $3 AND state = 'active' AND probation > $1;

-- name: First
-- Is a phone in its first time, whatever state it has?
SELECT COUNT(*) FROM device WHERE id = $1 AND account = $2 AND probation > $3;

-- name: NewerCodes
SELECT COUNT(*) FROM told USING_INDEX(told_kind) WHERE account = $1 AND kind = 'recovery_new' AND event > $2;

-- name: FirstSince
-- Phones in their first time that came since $3, but the one that raises the alarm.
SELECT id, account FROM device USING_INDEX(device_added)
 WHERE account = $1 AND added IS NOT NULL AND id <> $2 AND added >= $3 AND probation > $4;

-- name: Hold
UPDATE account SET held = TRUE WHERE id = $1;
