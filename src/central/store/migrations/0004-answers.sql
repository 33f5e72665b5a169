-- What a person said to a conflict, at headquarters or at its station, and the operations that take it back.
ALTER TABLE conflicts ADD COLUMN answer text;
ALTER TABLE conflicts ADD COLUMN undo json;
