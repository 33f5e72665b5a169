-- Nobody has two heirs: whoever begins anew where another did is a copy, or was set back (docs/sync.md, [S13]).
CREATE INDEX incarnations_by_parent ON incarnations ((parent ->> 'incarnation')) WHERE parent IS NOT NULL;
