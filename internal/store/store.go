// Package store keeps what mlpolicy must not forget: webhook deliveries, heads and their
// evaluations, check runs, decisions with the inputs they rest on, ML-BOMs and lineage.
// One schema runs on SQLite in a file and on PostgreSQL for several replicas, and the job
// queue lives in the same database, so that a delivery and its job are written in one
// transaction.
//
// It decides nothing and calls no network but the database. Decisions and inputs are
// content-addressed and never changed.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver "sqlite"
)

const (
	// maxPostgresConns bounds one replica; PostgreSQL's own default limit is 100.
	maxPostgresConns = 20
	// busyTimeout is how long SQLite waits for another process, such as `mlpolicy
	// policy replay` beside a running server.
	busyTimeout = 10 * time.Second
)

// ErrNotFound says that a row that was asked for by its key is not there.
var ErrNotFound = errors.New("not found")

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db       *sql.DB
	postgres bool
	stop     func() // ends what runs beside, nil for nothing
}

// Tx is one transaction. Nothing but the database is called while it is open.
type Tx struct{ *sql.Tx }

// Open opens and migrates the database named by dsn: "sqlite:FILE" or "postgres://…".
func Open(ctx context.Context, dsn string) (*Store, error) {
	s, err := open(dsn)
	if err != nil {
		return nil, err
	}
	if err := s.migrate(ctx); err != nil {
		s.Close()
		return nil, fmt.Errorf("migrate database: %w", err)
	}
	return s, nil
}

func open(dsn string) (*Store, error) {
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return openSQLite(file)
	}
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, errors.New("the postgres:// address of the database is malformed") // err quotes the password
		}
		db := stdlib.OpenDB(*config)
		db.SetMaxOpenConns(maxPostgresConns)
		db.SetMaxIdleConns(maxPostgresConns)
		return &Store{db: db, postgres: true}, nil
	}
	return nil, errors.New("a database is sqlite:FILE or postgres://USER@HOST/NAME")
}

func openSQLite(file string) (*Store, error) {
	if file == "" {
		return nil, errors.New("sqlite: needs a file: sqlite:mlpolicy.db")
	}
	q := url.Values{"_txlock": {"immediate"}, "_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(WAL)",
		"synchronous(FULL)", // an accepted delivery survives a power failure
		"foreign_keys(1)",
		fmt.Sprintf("wal_autocheckpoint(%d)", checkpointPages),
	}}
	name := "file:" + (&url.URL{Path: file}).EscapedPath() + "?" + q.Encode()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	beside, err := sql.Open("sqlite", name)
	if err != nil {
		db.Close()
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer; a second connection only waits for it
	beside.SetMaxOpenConns(1)
	return &Store{db: db, stop: checkpoints(beside)}, nil
}

// Close closes the database.
func (s *Store) Close() error {
	if s.stop != nil {
		s.stop()
	}
	return s.db.Close()
}

// Postgres tells whether the database is shared by replicas.
func (s *Store) Postgres() bool { return s.postgres }

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.db.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// InTx runs fn in one transaction and commits unless it fails.
func (s *Store) InTx(ctx context.Context, fn func(Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit this does nothing
	if err := fn(Tx{tx}); err != nil {
		return err
	}
	return tx.Commit()
}

// querier is a *sql.DB or a *sql.Tx.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// all reads every row of a query into values.
func all[T any](ctx context.Context, q querier, scan func(*sql.Rows, *T) error, query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
