package store

import (
	"context"
	"database/sql"
	"time"
)

// Replay is what another policy would have decided over stored inputs.
type Replay struct {
	ID           string
	Time         time.Time
	Title        string
	PolicyDigest string
	Report       []byte // JSON; filled by Replay, not by Replays
}

// PutReplay stores a replay.
func (s *Store) PutReplay(ctx context.Context, r Replay) error {
	return s.InTx(ctx, func(tx Tx) error {
		digest, err := putBlob(ctx, tx, r.Report)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "INSERT INTO replays (id, time, title, policy_digest, report) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (id) DO NOTHING",
			r.ID, millis(r.Time), r.Title, r.PolicyDigest, digest)
		return err
	})
}

// Replays lists replays, newest first, without their reports.
func (s *Store) Replays(ctx context.Context, limit int) ([]Replay, error) {
	return all(ctx, s.db, func(rows *sql.Rows, r *Replay) error {
		var ms int64
		err := rows.Scan(&r.ID, &ms, &r.Title, &r.PolicyDigest)
		r.Time = fromMillis(ms)
		return err
	}, "SELECT id, time, title, policy_digest FROM replays ORDER BY time DESC, id LIMIT $1", limit)
}

// Replay returns a replay with its report.
func (s *Store) Replay(ctx context.Context, id string) (Replay, error) {
	r := Replay{ID: id}
	var ms int64
	var digest string
	err := s.db.QueryRowContext(ctx, "SELECT time, title, policy_digest, report FROM replays WHERE id = $1", id).Scan(&ms, &r.Title, &r.PolicyDigest, &digest)
	if err != nil {
		return r, notFound(err)
	}
	r.Time = fromMillis(ms)
	r.Report, err = s.Blob(ctx, digest)
	return r, err
}

// WaiverRequest is somebody who pressed "Request waiver".
type WaiverRequest struct {
	ID         string
	Repository int64
	Evaluation string
	Requester  string
	Time       time.Time
}

// PutWaiverRequest stores a request.
func (s *Store) PutWaiverRequest(ctx context.Context, r WaiverRequest) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO waiver_requests (id, repository_id, evaluation_id, requester, time) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (id) DO NOTHING",
		r.ID, r.Repository, r.Evaluation, r.Requester, millis(r.Time))
	return err
}

// WaiverRequests lists the requests of a repository, newest first.
func (s *Store) WaiverRequests(ctx context.Context, repository int64, limit int) ([]WaiverRequest, error) {
	return all(ctx, s.db, func(rows *sql.Rows, r *WaiverRequest) error {
		var ms int64
		err := rows.Scan(&r.ID, &r.Repository, &r.Evaluation, &r.Requester, &ms)
		r.Time = fromMillis(ms)
		return err
	}, "SELECT id, repository_id, evaluation_id, requester, time FROM waiver_requests WHERE repository_id = $1 ORDER BY time DESC, id LIMIT $2", repository, limit)
}

// PutSession stores a signed-in user under the digest of the cookie.
func (s *Store) PutSession(ctx context.Context, digest, login string, expires time.Time) error {
	_, err := s.db.ExecContext(ctx, "INSERT INTO sessions (id, login, expires) VALUES ($1,$2,$3) ON CONFLICT (id) DO UPDATE SET login = $2, expires = $3",
		digest, login, millis(expires))
	return err
}

// Session returns the login of a session that has not expired.
func (s *Store) Session(ctx context.Context, digest string, now time.Time) (string, error) {
	var login string
	err := s.db.QueryRowContext(ctx, "SELECT login FROM sessions WHERE id = $1 AND expires > $2", digest, millis(now)).Scan(&login)
	return login, notFound(err)
}

// ForgetSessions removes sessions that have expired.
func (s *Store) ForgetSessions(ctx context.Context, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "DELETE FROM sessions WHERE expires <= $1", millis(now))
	return err
}
