-- +goose Up
-- Its person wants every request to begin with the longest life.
ALTER TABLE account ADD COLUMN more_time BOOLEAN NOT NULL DEFAULT FALSE;
