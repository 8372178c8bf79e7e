-- What was decided, once for each transaction. A card is known by its token alone.
CREATE TABLE decisions (
  id TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  card TEXT NOT NULL,
  euros REAL NOT NULL,
  occurred_at INTEGER NOT NULL,
  decided_at INTEGER NOT NULL,
  answer TEXT NOT NULL,
  owed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The history of a card.
CREATE INDEX decisions_of_card ON decisions (card, occurred_at);

-- Decisions that the broker has not taken yet.
CREATE INDEX decisions_owed ON decisions (decided_at) WHERE owed = 1;
