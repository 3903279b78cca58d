package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

const (
	// forgetBatch is how many decisions one transaction removes: deliveries are accepted in
	// between.
	forgetBatch = 200
	// blobsLock keeps a document from being removed while a decision that rests on it is
	// being stored. SQLite has one writer anyway.
	blobsLock = 0x6d6c7062 // "mlpb"
)

// documents are the columns of decisions that name documents.
var documents = []string{"decision", "input", "base_input", "bom", "base_bom", "record", "context"}

// ForgetDecisions removes decisions from before a time, the documents that nothing rests
// on any more, and what is known of the evaluations of that time, and tells how many
// decisions it removed. A replay reaches no further back then.
func (s *Store) ForgetDecisions(ctx context.Context, before time.Time) (int, error) {
	removed := 0
	for {
		n := 0
		err := s.InTx(ctx, func(tx Tx) (err error) {
			n, err = s.forgetSome(ctx, tx, before)
			return err
		})
		removed += n
		if err != nil || n < forgetBatch {
			return removed, err
		}
	}
}

func (s *Store) forgetSome(ctx context.Context, tx Tx, before time.Time) (int, error) {
	if s.postgres {
		if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", blobsLock); err != nil {
			return 0, err
		}
	}
	gone, err := all(ctx, tx, func(rows *sql.Rows, d *[7]string) error {
		return rows.Scan(&d[0], &d[1], &d[2], &d[3], &d[4], &d[5], &d[6])
	}, `DELETE FROM decisions WHERE id IN (SELECT id FROM decisions WHERE time < $1 ORDER BY time, id LIMIT $2) RETURNING `+strings.Join(documents, ", "),
		millis(before), forgetBatch)
	if err != nil {
		return 0, fmt.Errorf("forget decisions: %w", err)
	}
	seen := map[string]bool{}
	for _, d := range gone {
		for _, digest := range d {
			if digest == "" || seen[digest] {
				continue
			}
			seen[digest] = true
			if err := forgetBlob(ctx, tx, digest); err != nil {
				return 0, err
			}
		}
	}
	if len(gone) == forgetBatch {
		return len(gone), nil
	}
	for _, statement := range []string{
		"DELETE FROM check_runs WHERE evaluation_id IN (SELECT id FROM evaluations WHERE state <> 'running' AND completed < $1)",
		"DELETE FROM evaluations WHERE state <> 'running' AND completed < $1",
		"DELETE FROM waiver_requests WHERE time < $1",
	} {
		if _, err := tx.ExecContext(ctx, statement, millis(before)); err != nil {
			return 0, fmt.Errorf("forget evaluations: %w", err)
		}
	}
	return len(gone), nil
}

// forgetBlob removes a document unless something rests on it.
func forgetBlob(ctx context.Context, tx Tx, digest string) error {
	used := "SELECT 1 FROM replays WHERE report = $1"
	for _, column := range documents {
		used += " UNION ALL SELECT 1 FROM decisions WHERE " + column + " = $1"
	}
	_, err := tx.ExecContext(ctx, "DELETE FROM blobs WHERE digest = $1 AND NOT EXISTS ("+used+")", digest)
	return err
}
