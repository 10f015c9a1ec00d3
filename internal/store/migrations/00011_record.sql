-- +goose Up
-- Who acted: the account of a person, "cli:USER" at the command line, or nobody who is known.
ALTER TABLE event ADD COLUMN actor TEXT NOT NULL DEFAULT '';
-- The details that are addresses, a JSON object like the others: they are forgotten before the rest.
ALTER TABLE event ADD COLUMN addresses TEXT NOT NULL DEFAULT '';

-- A row is found by what it names. One that names nothing is in no index of that name.
CREATE INDEX event_account ON event (account, seq) WHERE account <> '';
CREATE INDEX event_device ON event (device, seq) WHERE device <> '';
CREATE INDEX event_subject ON event (subject) WHERE subject <> '';
CREATE INDEX event_reference ON event (reference) WHERE reference <> '';
-- Acts in somebody else's account: what people do in their own, their account finds.
CREATE INDEX event_actor ON event (actor, seq) WHERE actor <> '' AND actor <> account;
