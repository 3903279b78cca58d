package store

import (
	"context"
	"database/sql"
	"time"
)

// Pull is an open pull request as GitHub last said it is.
type Pull struct {
	Repository int64
	Number     int
	HeadSHA    string
	BaseRef    string
	BaseSHA    string
}

// Group is a merge group: commits of a merge queue that are tested together.
type Group struct {
	Repository int64
	HeadSHA    string
	BaseRef    string
	BaseSHA    string
}

// PutPull records an open pull request and returns the head it had before, "" when it
// was not known.
func (s *Store) PutPull(ctx context.Context, tx Tx, p Pull, now time.Time) (before string, err error) {
	err = notFound(tx.QueryRowContext(ctx, "SELECT head_sha FROM pulls WHERE repository_id = $1 AND number = $2", p.Repository, p.Number).Scan(&before))
	if err != nil && err != ErrNotFound {
		return "", err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO pulls (repository_id, number, head_sha, base_ref, base_sha, state, updated) VALUES ($1,$2,$3,$4,$5,'open',$6)
		ON CONFLICT (repository_id, number) DO UPDATE SET head_sha = $3, base_ref = $4, base_sha = $5, state = 'open', updated = $6`,
		p.Repository, p.Number, p.HeadSHA, p.BaseRef, p.BaseSHA, millis(now))
	return before, err
}

// ClosePull marks a pull request as closed.
func (s *Store) ClosePull(ctx context.Context, tx Tx, repository int64, number int, now time.Time) error {
	_, err := tx.ExecContext(ctx, "UPDATE pulls SET state = 'closed', updated = $3 WHERE repository_id = $1 AND number = $2", repository, number, millis(now))
	return err
}

// Claim records that a delivery calls a commit the head of a pull request.
func (s *Store) Claim(ctx context.Context, tx Tx, repository int64, sha string, number int) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO claims (repository_id, head_sha, number) VALUES ($1,$2,$3) ON CONFLICT (repository_id, head_sha, number) DO NOTHING",
		repository, sha, number)
	return err
}

// ClaimsAt lists the pull requests whose head a commit is said to be.
func (s *Store) ClaimsAt(ctx context.Context, repository int64, sha string) ([]int, error) {
	return all(ctx, s.db, func(rows *sql.Rows, n *int) error { return rows.Scan(n) },
		"SELECT number FROM claims WHERE repository_id = $1 AND head_sha = $2 ORDER BY number", repository, sha)
}

const pullColumns = "SELECT repository_id, number, head_sha, base_ref, base_sha FROM pulls WHERE state = 'open' AND repository_id = $1 "

func scanPull(rows *sql.Rows, p *Pull) error {
	return rows.Scan(&p.Repository, &p.Number, &p.HeadSHA, &p.BaseRef, &p.BaseSHA)
}

// PullsInto lists the open pull requests into a branch.
func (s *Store) PullsInto(ctx context.Context, repository int64, base string) ([]Pull, error) {
	return all(ctx, s.db, scanPull, pullColumns+"AND base_ref = $2 ORDER BY number", repository, base)
}

// PutGroup records a merge group.
func (s *Store) PutGroup(ctx context.Context, tx Tx, g Group, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO merge_groups (repository_id, head_sha, base_ref, base_sha, state, updated) VALUES ($1,$2,$3,$4,'open',$5)
		ON CONFLICT (repository_id, head_sha) DO UPDATE SET base_ref = $3, base_sha = $4, updated = $5`,
		g.Repository, g.HeadSHA, g.BaseRef, g.BaseSHA, millis(now))
	return err
}

// CloseGroup marks a merge group as merged or given up. It is recorded even when the
// group was never seen, so that a request that arrives late does not open it again.
func (s *Store) CloseGroup(ctx context.Context, tx Tx, g Group, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO merge_groups (repository_id, head_sha, base_ref, base_sha, state, updated) VALUES ($1,$2,$3,$4,'closed',$5)
		ON CONFLICT (repository_id, head_sha) DO UPDATE SET state = 'closed', updated = $5`,
		g.Repository, g.HeadSHA, g.BaseRef, g.BaseSHA, millis(now))
	return err
}

// GroupsAt lists the open merge groups whose head is a commit.
func (s *Store) GroupsAt(ctx context.Context, repository int64, sha string) ([]Group, error) {
	return all(ctx, s.db, func(rows *sql.Rows, g *Group) error {
		return rows.Scan(&g.Repository, &g.HeadSHA, &g.BaseRef, &g.BaseSHA)
	}, "SELECT repository_id, head_sha, base_ref, base_sha FROM merge_groups WHERE state = 'open' AND repository_id = $1 AND head_sha = $2", repository, sha)
}

// Head is a commit that somebody wants evaluated. Work is due while Done < Wanted: what
// arrives while a worker is busy raises Wanted again, so that nothing that arrives is
// lost and any number of requests is answered by one evaluation.
type Head struct {
	Repository int64
	SHA        string
	Wanted     int64
	Done       int64
	// Force names what asked for a fresh evaluation, "" for nothing.
	Force string
	// Successor is the head that took its place, "" for none.
	Successor string
}

// Want asks for a head to be evaluated. A force that is not empty makes it a fresh
// evaluation even when the same one was completed.
func (s *Store) Want(ctx context.Context, tx Tx, repository int64, sha, force string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO heads (repository_id, sha, wanted, done, force_id, successor, lease_owner, lease_until, updated) VALUES ($1,$2,1,0,$3,'','',0,$4)
		ON CONFLICT (repository_id, sha) DO UPDATE SET wanted = heads.wanted + 1, updated = $4,
			force_id = CASE WHEN $3 = '' THEN heads.force_id ELSE $3 END`, repository, sha, force, millis(now))
	return err
}

// Supersede asks for a head whose place another has taken, so that what it has open ends.
func (s *Store) Supersede(ctx context.Context, tx Tx, repository int64, sha, successor string, now time.Time) error {
	if err := s.Want(ctx, tx, repository, sha, "", now); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE heads SET successor = $3 WHERE repository_id = $1 AND sha = $2", repository, sha, successor)
	return err
}

// Lease takes a head for one worker until a time, when no other has it.
func (s *Store) Lease(ctx context.Context, repository int64, sha, owner string, now, until time.Time) (head Head, ok bool, err error) {
	head = Head{Repository: repository, SHA: sha}
	err = notFound(s.db.QueryRowContext(ctx, `UPDATE heads SET lease_owner = $3, lease_until = $5
		WHERE repository_id = $1 AND sha = $2 AND (lease_until < $4 OR lease_owner = $3) RETURNING wanted, done, force_id, successor`,
		repository, sha, owner, millis(now), millis(until)).Scan(&head.Wanted, &head.Done, &head.Force, &head.Successor))
	if err == ErrNotFound {
		return head, false, nil
	}
	return head, err == nil, err
}

// Release gives a head back, answered up to request done.
func (s *Store) Release(ctx context.Context, repository int64, sha, owner string, done int64, now time.Time) error {
	_, err := s.db.ExecContext(ctx, `UPDATE heads SET lease_owner = '', lease_until = 0, updated = $5,
		done = CASE WHEN done < $4 THEN $4 ELSE done END
		WHERE repository_id = $1 AND sha = $2 AND lease_owner = $3`, repository, sha, owner, done, millis(now))
	return err
}

// DueHeads lists heads that wait for a worker since before a time.
func (s *Store) DueHeads(ctx context.Context, now, before time.Time, limit int) ([]Head, error) {
	return all(ctx, s.db, func(rows *sql.Rows, h *Head) error {
		return rows.Scan(&h.Repository, &h.SHA, &h.Wanted, &h.Done, &h.Force, &h.Successor)
	}, `SELECT repository_id, sha, wanted, done, force_id, successor FROM heads
		WHERE done < wanted AND lease_until < $1 AND updated < $2 ORDER BY updated LIMIT $3`, millis(now), millis(before), limit)
}
