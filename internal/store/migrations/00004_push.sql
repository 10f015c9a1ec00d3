-- +goose Up
-- Where pushes to a device go, spec §13.1. No row: it has never registered, or
-- ended it itself.
CREATE TABLE subscription (
  device       TEXT    PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
  endpoint     TEXT    NOT NULL,   -- empty: the push service doesn't know it any more
  p256dh       BYTEA,
  auth         BYTEA,
  switched_off BOOLEAN NOT NULL,   -- by its person, in the portal; outlives a new subscription
  since        BIGINT  NOT NULL,
  sent         BIGINT              -- when the push service last took one; kept by the hour
);

-- Requests for which phones were woken. The pushes themselves are tries of
-- "push ACCOUNT".
CREATE TABLE ring (
  request TEXT   PRIMARY KEY REFERENCES request (id) ON DELETE CASCADE,
  count   BIGINT NOT NULL,         -- pushes, each taken before it is sent
  last    BIGINT NOT NULL
);
