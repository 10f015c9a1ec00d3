-- +goose Up
-- What an account did long ago costs its next sign-in, and everybody else's, nothing: see docs/decisions/0021.

-- Requests that wait, and approvals that no browser has fetched.
DROP INDEX request_waiting;
CREATE INDEX request_waiting ON request (account, expires) WHERE state = 'waiting';
CREATE INDEX request_approved ON request (account, expires) WHERE state = 'approved';

-- Those that count in a row of unanswered ones: a phone was woken for them, or they were answered.
ALTER TABLE request ADD COLUMN rung BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE request SET rung = TRUE WHERE id IN (SELECT request FROM ring);
CREATE INDEX request_row ON request (account, settled, seq)
  WHERE settled IS NOT NULL AND (way <> '' OR state = 'denied' OR rung);

-- A device that is there, one that ever was, and one that is still on its phone.
CREATE INDEX device_present ON device (account, seq) WHERE state IN ('active', 'suspended', 'pin_locked');
CREATE INDEX device_added ON device (account, seq) WHERE added IS NOT NULL;
CREATE INDEX device_on_phone ON device (phone) WHERE state <> 'removed';

DROP INDEX event_refused;
CREATE INDEX event_refused ON event (account, at, seq) WHERE kind = 'activation.refused' AND subject <> '';

CREATE INDEX told_kind ON told (account, kind, at);
CREATE INDEX notice_new ON notice (device, event) WHERE state = 'new';

-- What goes when its account goes.
CREATE INDEX activation_account ON activation (account);
CREATE INDEX session_of ON session (account);

-- What has an end is found by it.
CREATE INDEX request_address ON request (made) WHERE ip <> '';
CREATE INDEX session_ends ON session (ends);
CREATE INDEX session_ended ON session (ended) WHERE ended IS NOT NULL;
CREATE INDEX known_browser_until ON known_browser (until);

-- How far the record has been read, from its old end, by what forgets parts of it.
CREATE TABLE forgotten (
  what TEXT   PRIMARY KEY,
  upto BIGINT NOT NULL                 -- seq of an event
);
