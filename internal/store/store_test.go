package store_test

import (
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/store/storetest"
)

func open(t *testing.T, dsn string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSQLite(t *testing.T) {
	dsn := storetest.SQLite(t)
	storetest.Run(t, open(t, dsn))
	open(t, dsn) // opening migrates again
}

func TestPostgres(t *testing.T) {
	dsn := storetest.Postgres(t, "fsync=off")
	storetest.Run(t, open(t, dsn))
}

func TestReplicasMigrateTogether(t *testing.T) {
	dsn := storetest.Postgres(t, "fsync=off")
	errs := make(chan error)
	for range 4 {
		go func() {
			s, err := store.Open(t.Context(), dsn)
			if err == nil {
				s.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestOpenSaysWhatADatabaseIs(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"", "sqlite:", "mysql://x", "postgres://u:hunter2@h:port/x"} {
		_, err := store.Open(t.Context(), dsn)
		if err == nil {
			t.Errorf("%q was opened", dsn)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error for %q shows the password: %v", dsn, err)
		}
	}
}
