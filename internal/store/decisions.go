package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// decisionsPage is how many decisions are read at once; between pages other users of a
// single SQLite connection get their turn.
const decisionsPage = 100

// Record is one decision and everything it rests on, enough to make it again.
type Record struct {
	ID         string    // set by PutDecision when empty
	Time       time.Time // the decision's now
	Repository int64     // 0 for a decision that is not about a repository of the App
	Evaluation string    // id of the App's evaluation, "" for none
	Target     string    // pull/12, group/main, environment/prod, api
	Mode       string    // check | gate

	// Read from the decision by PutDecision.
	Verdict         string // allow | deny | undecided
	Stages          []string
	SubjectName     string
	SubjectRevision string
	SourceDigest    string
	PolicyDigest    string
	Version         string

	// Decision is the decision as JSON.
	Decision []byte
	// The other documents are given to PutDecision and not returned by Decision or
	// Decisions, which fill the digests below; read them with Store.Blob.
	Input     []byte // the input document as evaluated
	BaseInput []byte // of the base, where there was one
	BOM       []byte // CycloneDX JSON of the source
	BaseBOM   []byte // of the base, where there was one
	Record    []byte // decide.Record as JSON: what makes the decision again from its inputs
	Context   []byte // the lines around findings, for pages: {"path:12": [{"line": 11, "text": "…"}]}

	InputDigest, BaseInputDigest, BOMDigest, BaseBOMDigest, RecordDigest, ContextDigest string
}

// PutDecision stores a decision and returns its id. Storing it twice is one decision.
func (s *Store) PutDecision(ctx context.Context, r Record) (string, error) {
	var d struct { // the fields of engine.Decision that are searched by
		Decision string
		Version  string
		Stages   []struct{ Stage string }
		Subject  struct{ Name, Revision string }
		Digests  struct{ Source, Policy string }
	}
	if err := json.Unmarshal(r.Decision, &d); err != nil {
		return "", fmt.Errorf("decision: %w", err)
	}
	if r.ID == "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%s\x00%s", r.Repository, r.Evaluation, r.Target, r.Decision))
		r.ID = hex.EncodeToString(sum[:12])
	}
	stages := make([]string, len(d.Stages))
	for i, stage := range d.Stages {
		stages[i] = stage.Stage
	}
	err := s.InTx(ctx, func(tx Tx) error {
		if s.postgres { // what is there already must not be removed meanwhile
			if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock_shared($1)", blobsLock); err != nil {
				return err
			}
		}
		var digests [7]string
		for i, content := range [][]byte{r.Decision, r.Input, r.BaseInput, r.BOM, r.BaseBOM, r.Record, r.Context} {
			var err error
			if digests[i], err = putBlob(ctx, tx, content); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO decisions (id, time, repository_id, evaluation_id, target, mode, verdict, stages,
			subject_name, subject_revision, source_digest, policy_digest, version, decision, input, base_input, bom, base_bom, record, context)
			VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18,$19,$20) ON CONFLICT (id) DO NOTHING`,
			r.ID, millis(r.Time), r.Repository, r.Evaluation, r.Target, r.Mode, d.Decision, strings.Join(stages, ","),
			d.Subject.Name, d.Subject.Revision, d.Digests.Source, d.Digests.Policy, d.Version,
			digests[0], digests[1], digests[2], digests[3], digests[4], digests[5], digests[6])
		return err
	})
	return r.ID, err
}

const decisionColumns = `id, time, repository_id, evaluation_id, target, mode, verdict, stages, subject_name, subject_revision,
	source_digest, policy_digest, version, decision, input, base_input, bom, base_bom, record, context`

// decisionRow is a Record before its decision document is read.
type decisionRow struct {
	Record
	decision string
}

func scanDecision(rows *sql.Rows, r *decisionRow) error {
	var ms int64
	var stages string
	err := rows.Scan(&r.ID, &ms, &r.Repository, &r.Evaluation, &r.Target, &r.Mode, &r.Verdict, &stages, &r.SubjectName, &r.SubjectRevision,
		&r.SourceDigest, &r.PolicyDigest, &r.Version, &r.decision, &r.InputDigest, &r.BaseInputDigest, &r.BOMDigest,
		&r.BaseBOMDigest, &r.RecordDigest, &r.ContextDigest)
	r.Time = fromMillis(ms)
	for stage := range strings.SplitSeq(stages, ",") {
		if stage != "" {
			r.Stages = append(r.Stages, stage)
		}
	}
	return err
}

// Decision returns the decision with an id.
func (s *Store) Decision(ctx context.Context, id string) (*Record, error) {
	rows, err := all(ctx, s.db, scanDecision, "SELECT "+decisionColumns+" FROM decisions WHERE id = $1", id)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, ErrNotFound
	}
	return s.load(ctx, &rows[0])
}

func (s *Store) load(ctx context.Context, row *decisionRow) (*Record, error) {
	var err error
	if row.Decision, err = s.Blob(ctx, row.decision); err != nil {
		return nil, fmt.Errorf("decision %s: %w", row.ID, err)
	}
	return &row.Record, nil
}

// Decisions calls fn for every decision since a time, oldest first.
func (s *Store) Decisions(ctx context.Context, since time.Time, fn func(*Record) error) error {
	after, id := millis(since), ""
	for {
		rows, err := all(ctx, s.db, scanDecision, "SELECT "+decisionColumns+` FROM decisions
			WHERE time > $1 OR (time = $1 AND id > $2) ORDER BY time, id LIMIT $3`, after, id, decisionsPage)
		if err != nil {
			return err
		}
		for i := range rows {
			record, err := s.load(ctx, &rows[i])
			if err != nil {
				return err
			}
			if err := fn(record); err != nil {
				return err
			}
			after, id = millis(record.Time), record.ID
		}
		if len(rows) < decisionsPage {
			return nil
		}
	}
}

// RecentDecisions lists the newest decisions of a repository without their documents.
func (s *Store) RecentDecisions(ctx context.Context, repository int64, limit int) ([]Record, error) {
	rows, err := all(ctx, s.db, scanDecision, "SELECT "+decisionColumns+` FROM decisions
		WHERE repository_id = $1 ORDER BY time DESC, id LIMIT $2`, repository, limit)
	return records(rows), err
}

// EvaluationDecisions lists the decisions of one evaluation with their decision documents.
func (s *Store) EvaluationDecisions(ctx context.Context, evaluation string) ([]*Record, error) {
	rows, err := all(ctx, s.db, scanDecision, "SELECT "+decisionColumns+" FROM decisions WHERE evaluation_id = $1 ORDER BY target, id", evaluation)
	if err != nil {
		return nil, err
	}
	var out []*Record
	for i := range rows {
		record, err := s.load(ctx, &rows[i])
		if err != nil {
			return nil, err
		}
		out = append(out, record)
	}
	return out, nil
}

// DecisionsOfSource lists decisions on the same bytes, newest first, without documents.
func (s *Store) DecisionsOfSource(ctx context.Context, repository int64, sourceDigest string, limit int) ([]Record, error) {
	rows, err := all(ctx, s.db, scanDecision, "SELECT "+decisionColumns+` FROM decisions
		WHERE source_digest = $1 AND repository_id = $2 ORDER BY time DESC, id LIMIT $3`, sourceDigest, repository, limit)
	return records(rows), err
}

func records(rows []decisionRow) []Record {
	out := make([]Record, len(rows))
	for i, row := range rows {
		out[i] = row.Record
	}
	return out
}
