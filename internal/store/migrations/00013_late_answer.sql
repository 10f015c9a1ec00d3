-- +goose Up
-- When an answer was accepted; unknown of those before. A late answer in a call whose nonce is newer than the first
-- larger one was sent when that one had been accepted: by another copy of the phone.
ALTER TABLE answer ADD COLUMN at BIGINT;
-- Such evidence stays, whatever is accepted after it.
ALTER TABLE late_answer ADD COLUMN stays BOOLEAN NOT NULL DEFAULT FALSE;
