-- +goose Up
-- What people are told. The number of an event is the number of its notices.
CREATE TABLE told (
  event     BIGINT PRIMARY KEY,        -- seq of the event
  account   TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  kind      TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  device    TEXT   NOT NULL,
  phone     TEXT   NOT NULL,           -- name of the device then
  origin    TEXT   NOT NULL,           -- name of the phone that was moved from
  place     TEXT   NOT NULL,
  remaining TEXT   NOT NULL,           -- recovery codes
  reference TEXT   NOT NULL
);
CREATE INDEX told_account ON told (account, at);
CREATE INDEX told_at ON told (at);

-- One for each device that hears of it.
CREATE TABLE notice (
  device TEXT   NOT NULL,
  event  BIGINT NOT NULL REFERENCES told (event) ON DELETE CASCADE,
  state  TEXT   NOT NULL CHECK (state IN ('new', 'seen', 'alarm')),
  PRIMARY KEY (device, event)
);
CREATE INDEX notice_event ON notice (event);

-- One for each mailbox. What is sent is written in the transaction of the change
-- and stands in the row, so a letter outlives its account.
CREATE TABLE letter (
  id        TEXT   PRIMARY KEY,
  event     BIGINT NOT NULL,
  account   TEXT   NOT NULL,
  role      TEXT   NOT NULL CHECK (role IN ('person', 'operator')),
  address   TEXT   NOT NULL,
  language  TEXT   NOT NULL,           -- that stands first; empty: the server's first
  name      TEXT   NOT NULL,           -- of the account
  kind      TEXT   NOT NULL,
  at        BIGINT NOT NULL,
  phone     TEXT   NOT NULL,
  origin    TEXT   NOT NULL,
  place     TEXT   NOT NULL,
  remaining TEXT   NOT NULL,
  reference TEXT   NOT NULL,
  tries     BIGINT NOT NULL,
  due       BIGINT NOT NULL            -- next try; a claim moves it forward
);
CREATE INDEX letter_due ON letter (due);

-- A password that was typed until then makes no further request without it.
ALTER TABLE account ADD COLUMN refreshed BIGINT;
-- An alarm has stopped its security changes until the operator decides.
ALTER TABLE account ADD COLUMN held BOOLEAN NOT NULL DEFAULT FALSE;
-- Its person has said in the portal that it wasn't them.
ALTER TABLE request ADD COLUMN reported BIGINT;
CREATE INDEX request_made ON request (account, made);
CREATE INDEX session_request ON session (request) WHERE ended IS NULL;
