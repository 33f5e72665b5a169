-- Backups that were restored once to see that they can be, and how far each goes. What is in the newest, stations may forget.
CREATE TABLE backups (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  file text NOT NULL,
  bytes bigint NOT NULL,
  epoch text NOT NULL,
  seq bigint NOT NULL,
  hash text NOT NULL,
  verified_at bigint NOT NULL
);
