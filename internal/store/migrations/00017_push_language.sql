-- +goose Up
-- What a phone speaks: a push says its words in that language, spec §13.2.
ALTER TABLE subscription ADD COLUMN language TEXT NOT NULL DEFAULT ''; -- empty: the account's
