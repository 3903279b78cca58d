package store

import (
	"context"
	"embed"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrationLock is the advisory lock under which replicas that start together migrate.
const migrationLock = 0x6d6c706f // "mlpo"

// createBlob gives PostgreSQL the type that SQLite has, so that one schema serves both.
const createBlob = `DO $$ BEGIN
	IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'blob' AND typnamespace = current_schema()::regnamespace)
	THEN CREATE DOMAIN blob AS bytea; END IF; END $$`

func (s *Store) migrate(ctx context.Context) error {
	dialect := database.DialectSQLite3
	if s.postgres {
		dialect = database.DialectPostgres
		conn, err := s.db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
			return err
		}
		defer conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock) //nolint:errcheck // closing the connection frees it too
		if _, err := s.db.ExecContext(ctx, createBlob); err != nil {
			return err
		}
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, s.db, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	if err := migrateQueue(ctx, s.driver()); err != nil || !s.postgres {
		return err
	}
	_, err = s.db.ExecContext(ctx, dropUnused)
	return err
}

// dropUnused removes two indexes that River makes and never reads. They index every value
// of every delivery, and the insert that fills their buffer waits until it is emptied.
const dropUnused = "DROP INDEX IF EXISTS river_job_args_index, river_job_metadata_index"

func migrateQueue[TTx any](ctx context.Context, driver riverdriver.Driver[TTx]) error {
	migrator, err := rivermigrate.New(driver, nil)
	if err != nil {
		return err
	}
	_, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}
