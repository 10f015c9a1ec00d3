-- +goose Up
-- Check codes that were judged and were wrong: a try is taken before it is judged, and tells the phone nothing yet.
ALTER TABLE activation ADD COLUMN wrong BIGINT NOT NULL DEFAULT 0;
