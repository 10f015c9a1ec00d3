-- +goose Up
-- What a request can be answered with besides a phone that hears of it by itself.
ALTER TABLE request ADD COLUMN reference TEXT NOT NULL DEFAULT '';  -- for the help desk
ALTER TABLE request ADD COLUMN qr BYTEA;                            -- SHA-256 of the newest QR secret
ALTER TABLE request ADD COLUMN qrs BIGINT NOT NULL DEFAULT 0;       -- secrets made so far
ALTER TABLE request ADD COLUMN challenge TEXT NOT NULL DEFAULT '';  -- challenge code, once one was asked for
ALTER TABLE request ADD COLUMN responses BIGINT NOT NULL DEFAULT 0; -- tries taken at the response
ALTER TABLE request ADD COLUMN agains BIGINT NOT NULL DEFAULT 0;    -- how often "Try again" was pressed
ALTER TABLE account ADD COLUMN responses BIGINT NOT NULL DEFAULT 0; -- wrong ones in a row; taken before they are judged
ALTER TABLE account ADD COLUMN offline BOOLEAN NOT NULL DEFAULT TRUE; -- FALSE: too many of them, and that is recorded

-- An account never gets a challenge code twice: these rows stay as long as it does.
CREATE TABLE challenge_code (
  account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  code    TEXT NOT NULL,
  PRIMARY KEY (account, code)
);
