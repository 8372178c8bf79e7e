-- When an instance last took a decision over that the broker had not taken.
ALTER TABLE decisions ADD COLUMN claimed_at BIGINT NOT NULL DEFAULT 0;
