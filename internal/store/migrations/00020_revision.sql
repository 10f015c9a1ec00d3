-- +goose Up
-- Which password an account has, counted from the first: what was compared with one of before is worth nothing.
ALTER TABLE account ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
