-- A document is removed when no decision rests on it. Most are of one decision; these
-- columns are shared by many, and are looked up to know.

-- +goose Up
CREATE INDEX decisions_decision ON decisions (decision);
CREATE INDEX decisions_input ON decisions (input);
CREATE INDEX decisions_base_input ON decisions (base_input);
CREATE INDEX decisions_bom ON decisions (bom);
CREATE INDEX decisions_base_bom ON decisions (base_bom);
CREATE INDEX decisions_record ON decisions (record);
CREATE INDEX decisions_context ON decisions (context);

-- +goose Down
DROP INDEX decisions_context;
DROP INDEX decisions_record;
DROP INDEX decisions_base_bom;
DROP INDEX decisions_bom;
DROP INDEX decisions_base_input;
DROP INDEX decisions_input;
DROP INDEX decisions_decision;
