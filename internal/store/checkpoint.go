package store

import (
	"context"
	"database/sql"
	"time"
)

const (
	// checkpointEvery is how often the log of a SQLite database is carried over into its
	// file. SQLite would do it within the commit that fills the log, once in a hundred
	// deliveries, and the sender would wait for it.
	checkpointEvery = time.Second
	// checkpointPages is when a commit does it all the same: 64 MB, where a second was too
	// long or a process without the goroutine writes.
	checkpointPages = 16384
)

// checkpoints carries the log over from a connection of its own until it is stopped.
// PASSIVE waits for nobody and holds up no writer.
func checkpoints(db *sql.DB) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(checkpointEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			// What fails now is done the next time, or by the commit that fills the log.
			_, _ = db.ExecContext(ctx, "PRAGMA wal_checkpoint(PASSIVE)")
		}
	}()
	return func() { cancel(); <-ended; db.Close() }
}
