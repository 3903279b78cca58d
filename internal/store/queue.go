package store

import (
	"context"
	"database/sql"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
)

// Queue is the job queue in the same database.
type Queue struct{ *river.Client[*sql.Tx] }

// NewQueue opens the queue. Without config.Workers it can insert jobs only.
//
// PostgreSQL is used through database/sql as well and not through riverpgxv5, so that a
// job is inserted in the transaction that writes the row it belongs to.
func (s *Store) NewQueue(config *river.Config) (*Queue, error) {
	client, err := river.NewClient(s.driver(), config)
	if err != nil {
		return nil, err
	}
	return &Queue{client}, nil
}

// Insert adds a job within tx.
func (q *Queue) Insert(ctx context.Context, tx Tx, args river.JobArgs, opts *river.InsertOpts) error {
	_, err := q.InsertTx(ctx, tx.Tx, args, opts)
	return err
}

func (s *Store) driver() riverdriver.Driver[*sql.Tx] {
	if s.postgres {
		return riverdatabasesql.New(s.db)
	}
	return riversqlite.New(s.db)
}
