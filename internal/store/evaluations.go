package store

import (
	"context"
	"database/sql"
	"time"
)

// The states of an evaluation.
const (
	EvaluationRunning    = "running"
	EvaluationCompleted  = "completed"
	EvaluationSuperseded = "superseded"
)

// Evaluation is one answer for one head. Its id is made from what is asked, so that a
// worker that takes over continues it instead of starting another.
type Evaluation struct {
	ID         string
	Repository int64
	HeadSHA    string
	State      string
	Conclusion string
	Created    time.Time
	Completed  time.Time
}

// BeginEvaluation records an evaluation, or returns it as it was recorded before.
func (s *Store) BeginEvaluation(ctx context.Context, id string, repository int64, sha string, now time.Time) (Evaluation, error) {
	// Never before the one that came before it, whatever the clocks of replicas say.
	_, err := s.db.ExecContext(ctx, `INSERT INTO evaluations (id, repository_id, head_sha, state, conclusion, created, completed)
		SELECT $1, $2, $3, 'running', '', CASE WHEN MAX(created) >= $4 THEN MAX(created) + 1 ELSE $4 END, 0
		FROM evaluations WHERE repository_id = $2 AND head_sha = $3 ON CONFLICT (id) DO NOTHING`, id, repository, sha, millis(now))
	if err != nil {
		return Evaluation{}, err
	}
	return s.Evaluation(ctx, id)
}

const evaluationColumns = "SELECT id, repository_id, head_sha, state, conclusion, created, completed FROM evaluations "

func scanEvaluation(rows *sql.Rows, e *Evaluation) error {
	var created, completed int64
	err := rows.Scan(&e.ID, &e.Repository, &e.HeadSHA, &e.State, &e.Conclusion, &created, &completed)
	e.Created, e.Completed = fromMillis(created), fromMillis(completed)
	return err
}

// Evaluation returns an evaluation.
func (s *Store) Evaluation(ctx context.Context, id string) (Evaluation, error) {
	return one(all(ctx, s.db, scanEvaluation, evaluationColumns+"WHERE id = $1", id))
}

// EvaluationsOf lists the evaluations of a head, oldest first.
func (s *Store) EvaluationsOf(ctx context.Context, repository int64, sha string) ([]Evaluation, error) {
	return all(ctx, s.db, scanEvaluation, evaluationColumns+"WHERE repository_id = $1 AND head_sha = $2 ORDER BY created, id", repository, sha)
}

// EndEvaluation records how an evaluation ended.
func (s *Store) EndEvaluation(ctx context.Context, id, state, conclusion string, now time.Time) error {
	_, err := s.db.ExecContext(ctx, "UPDATE evaluations SET state = $2, conclusion = $3, completed = $4 WHERE id = $1", id, state, conclusion, millis(now))
	return err
}

// Run is a check run as far as we know it. Its external id says which evaluation and
// which name it is, so that it can be found again when an answer was lost.
type Run struct {
	ExternalID  string
	Evaluation  string
	Repository  int64
	HeadSHA     string
	Name        string
	RunID       int64 // 0 until the answer to its creation was stored
	Status      string
	Conclusion  string
	Annotations int
	Uncertain   bool // a write was sent and not answered
}

// SaveRun records a check run.
func (s *Store) SaveRun(ctx context.Context, r Run, now time.Time) error {
	uncertain := 0
	if r.Uncertain {
		uncertain = 1
	}
	_, err := s.db.ExecContext(ctx, `INSERT INTO check_runs (external_id, evaluation_id, repository_id, head_sha, name, run_id, status, conclusion, annotations, uncertain, updated)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)
		ON CONFLICT (external_id) DO UPDATE SET run_id = $6, status = $7, conclusion = $8, annotations = $9, uncertain = $10, updated = $11`,
		r.ExternalID, r.Evaluation, r.Repository, r.HeadSHA, r.Name, r.RunID, r.Status, r.Conclusion, r.Annotations, uncertain, millis(now))
	return err
}

const runColumns = "SELECT external_id, evaluation_id, repository_id, head_sha, name, run_id, status, conclusion, annotations, uncertain FROM check_runs "

func scanRun(rows *sql.Rows, r *Run) error {
	var uncertain int
	err := rows.Scan(&r.ExternalID, &r.Evaluation, &r.Repository, &r.HeadSHA, &r.Name, &r.RunID, &r.Status, &r.Conclusion, &r.Annotations, &uncertain)
	r.Uncertain = uncertain != 0
	return err
}

// Run returns a check run by its external id.
func (s *Store) Run(ctx context.Context, externalID string) (Run, error) {
	return one(all(ctx, s.db, scanRun, runColumns+"WHERE external_id = $1", externalID))
}

// RunByID returns a check run by GitHub's id.
func (s *Store) RunByID(ctx context.Context, repository, id int64) (Run, error) {
	return one(all(ctx, s.db, scanRun, runColumns+"WHERE run_id = $2 AND repository_id = $1", repository, id))
}

// RunsOf lists the check runs of an evaluation by name.
func (s *Store) RunsOf(ctx context.Context, evaluation string) ([]Run, error) {
	return all(ctx, s.db, scanRun, runColumns+"WHERE evaluation_id = $1 ORDER BY name", evaluation)
}
