package store

import (
	"context"
	"encoding/json"
	"fmt"
)

// Job is a job of the queue that is inserted together with a delivery.
type Job struct {
	Kind        string
	Args        any // marshalled to JSON
	Priority    int // 1 to 4
	MaxAttempts int
}

// Accept writes a delivery into the ledger and, unless it was done before, its job into
// the queue, in one transaction, and tells whether there is work to do.
//
// GitHub waits for it and whoever writes to the disk at the time is in its way, so it is
// one round trip on PostgreSQL: there the queue's own insert took four, and most of the
// time. Columns that are not named here have the defaults that River gives them; the
// contract test compares the job with one that River inserted.
func (s *Store) Accept(ctx context.Context, d Delivery, j Job) (due bool, err error) {
	args, err := json.Marshal(j.Args)
	if err != nil {
		return false, fmt.Errorf("arguments of job %s: %w", j.Kind, err)
	}
	if s.postgres {
		result, err := s.db.ExecContext(ctx, acceptPostgres, d.GUID, d.Event, d.Action, d.Installation, d.Repository, millis(d.Received),
			string(args), j.Kind, j.MaxAttempts, j.Priority)
		if err != nil {
			return false, err
		}
		n, err := result.RowsAffected()
		return n > 0, err
	}
	err = s.InTx(ctx, func(tx Tx) error {
		if due, err = s.Receive(ctx, tx, d); err != nil || !due {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO river_job (args, kind, max_attempts, priority) VALUES ($1, $2, $3, $4)", args, j.Kind, j.MaxAttempts, j.Priority)
		return err
	})
	return due && err == nil, err
}

// receive writes one delivery. A delivery keeps its state when it comes again.
const receive = `INSERT INTO deliveries (guid, event, action, installation_id, repository_id, received, state, attempts)
	VALUES ($1,$2,$3,$4,$5,$6,'queued',1)
	ON CONFLICT (guid) DO UPDATE SET attempts = deliveries.attempts + 1 RETURNING state`

const acceptPostgres = `WITH delivery AS (` + receive + `)
	INSERT INTO river_job (args, kind, max_attempts, priority)
	SELECT CAST($7 AS jsonb), $8, CAST($9 AS smallint), CAST($10 AS smallint) FROM delivery WHERE state <> 'done'`
