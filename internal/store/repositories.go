package store

import (
	"context"
	"database/sql"
	"time"
)

// The states of an installation and of a repository.
const (
	StateActive    = "active"
	StateSuspended = "suspended"
	StateDeleted   = "deleted"
	StateRemoved   = "removed"
)

// Installation is an account that installed the App.
type Installation struct {
	ID      int64
	Account string
	State   string // active | suspended | deleted
}

// Repository is a repository of an installation, under its current name.
type Repository struct {
	ID            int64
	Installation  int64
	Owner, Name   string
	DefaultBranch string // "" when not known
	Public        string // yes | no | unstated
	State         string // active | removed
}

// FullName is owner/name.
func (r Repository) FullName() string { return r.Owner + "/" + r.Name }

// PutInstallation records an installation. An empty account or state keeps the old one.
func (s *Store) PutInstallation(ctx context.Context, tx Tx, i Installation, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO installations (id, account, state, updated) VALUES ($1, $2, CASE WHEN $3 = '' THEN 'active' ELSE $3 END, $4)
		ON CONFLICT (id) DO UPDATE SET
			account = CASE WHEN $2 = '' THEN installations.account ELSE $2 END,
			state = CASE WHEN $3 = '' THEN installations.state ELSE $3 END, updated = $4`,
		i.ID, i.Account, i.State, millis(now))
	return err
}

// Installation returns an installation.
func (s *Store) Installation(ctx context.Context, id int64) (Installation, error) {
	i := Installation{ID: id}
	err := s.db.QueryRowContext(ctx, "SELECT account, state FROM installations WHERE id = $1", id).Scan(&i.Account, &i.State)
	return i, notFound(err)
}

// Installations lists every installation.
func (s *Store) Installations(ctx context.Context) ([]Installation, error) {
	return all(ctx, s.db, func(rows *sql.Rows, i *Installation) error { return rows.Scan(&i.ID, &i.Account, &i.State) },
		"SELECT id, account, state FROM installations ORDER BY id")
}

// PutRepository records a repository under its id; what the new value leaves empty keeps
// what was known.
func (s *Store) PutRepository(ctx context.Context, tx Tx, r Repository, now time.Time) error {
	if r.State == "" {
		r.State = StateActive
	}
	if r.Public == "" {
		r.Public = "unstated"
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO repositories (id, installation_id, owner, name, default_branch, public, state, updated)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (id) DO UPDATE SET installation_id = $2, owner = $3, name = $4, state = $7, updated = $8,
			default_branch = CASE WHEN $5 = '' THEN repositories.default_branch ELSE $5 END,
			public = CASE WHEN $6 = 'unstated' THEN repositories.public ELSE $6 END`,
		r.ID, r.Installation, r.Owner, r.Name, r.DefaultBranch, r.Public, r.State, millis(now))
	return err
}

// RemoveRepository marks a repository as no longer reachable.
func (s *Store) RemoveRepository(ctx context.Context, tx Tx, id int64, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE repositories SET state = 'removed', updated = $2 WHERE id = $1", id, millis(now))
	return err
}

const repositoryColumns = "SELECT id, installation_id, owner, name, default_branch, public, state FROM repositories "

func scanRepository(rows *sql.Rows, r *Repository) error {
	return rows.Scan(&r.ID, &r.Installation, &r.Owner, &r.Name, &r.DefaultBranch, &r.Public, &r.State)
}

// Repository returns a repository by id.
func (s *Store) Repository(ctx context.Context, id int64) (Repository, error) {
	return one(all(ctx, s.db, scanRepository, repositoryColumns+"WHERE id = $1", id))
}

// RepositoryNamed returns a repository by its current name.
func (s *Store) RepositoryNamed(ctx context.Context, owner, name string) (Repository, error) {
	return one(all(ctx, s.db, scanRepository, repositoryColumns+"WHERE owner = $1 AND name = $2 ORDER BY updated DESC", owner, name))
}

// Repositories lists every repository.
func (s *Store) Repositories(ctx context.Context) ([]Repository, error) {
	return all(ctx, s.db, scanRepository, repositoryColumns+"ORDER BY owner, name, id")
}

// one is the first row.
func one[T any](rows []T, err error) (T, error) {
	var none T
	if err != nil {
		return none, err
	}
	if len(rows) == 0 {
		return none, ErrNotFound
	}
	return rows[0], nil
}
