-- +goose Up
-- Sign-ins that applications ask for.
CREATE TABLE visit (
  id       TEXT    PRIMARY KEY,
  browser  BYTEA   NOT NULL,           -- SHA-256 of the cookie of the browser that began it
  app      TEXT    NOT NULL,           -- name of the application
  acr      TEXT    NOT NULL,           -- weakest class that is enough; '': any
  since    BIGINT,                     -- oldest proof that counts
  silent   BOOLEAN NOT NULL,           -- nothing may be asked
  name     TEXT    NOT NULL,           -- of the account that it expects
  language TEXT    NOT NULL,
  door     TEXT    NOT NULL,           -- path of ours where the door goes on that began it
  next     TEXT    NOT NULL,           -- address of the application
  state    TEXT    NOT NULL CHECK (state IN ('open', 'done', 'left')),
  made     BIGINT  NOT NULL,
  ends     BIGINT  NOT NULL,
  ended    BIGINT
);
CREATE INDEX visit_ends ON visit (ends);

-- What a request and a session are for. They have been for the portal so far.
ALTER TABLE request ADD COLUMN visit TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN visit TEXT NOT NULL DEFAULT '';
