-- What was decided, once for each transaction. A card is known by its token alone.
CREATE TABLE decisions (
  id TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  card TEXT NOT NULL,
  euros DOUBLE PRECISION NOT NULL,
  occurred_at BIGINT NOT NULL,
  decided_at BIGINT NOT NULL,
  answer TEXT NOT NULL,
  owed BOOLEAN NOT NULL
);

-- The history of a card.
CREATE INDEX decisions_of_card ON decisions (card, occurred_at) INCLUDE (euros);

-- Decisions that the broker has not taken yet.
CREATE INDEX decisions_owed ON decisions (decided_at) WHERE owed;
