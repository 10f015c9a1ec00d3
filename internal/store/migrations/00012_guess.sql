-- +goose Up
-- The guess whose password is being compared; empty: judged, or no password.
ALTER TABLE try ADD COLUMN guess TEXT NOT NULL DEFAULT '';
-- Whose password it was a try at; empty: nobody's, or no password.
ALTER TABLE try ADD COLUMN account TEXT NOT NULL DEFAULT '';
CREATE INDEX try_account ON try (account) WHERE account <> '';

-- Counts of wrong passwords that are used up.
CREATE TABLE password_lock (
  key       TEXT   PRIMARY KEY,
  account   TEXT   NOT NULL,           -- empty: no account has that name, or the count is an address's
  counted   TEXT   NOT NULL,           -- what the count is of, as in package account
  network   TEXT   NOT NULL,           -- "192.0.2.7" or "2001:db8::/64"; may be empty
  reference TEXT   NOT NULL,           -- of its event
  ends      BIGINT NOT NULL
);
CREATE INDEX password_lock_account ON password_lock (account) WHERE account <> '';
CREATE INDEX password_lock_ends ON password_lock (ends);

-- Networks from which an account has signed in.
CREATE TABLE familiar_network (
  account TEXT   NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  network TEXT   NOT NULL,             -- as in password_lock
  until   BIGINT NOT NULL,
  PRIMARY KEY (account, network)
);
CREATE INDEX familiar_network_until ON familiar_network (until);

-- Where a chain of requests begins that one password has made; empty: here.
ALTER TABLE request ADD COLUMN first TEXT NOT NULL DEFAULT '';
-- What time may have ended unnoticed.
CREATE INDEX request_open ON request (expires) WHERE state IN ('waiting', 'approved');
