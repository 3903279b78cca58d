package bench

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/mlpolicy/mlpolicy/internal/store"
	"github.com/mlpolicy/mlpolicy/internal/store/storetest"
	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// Size of the graph that a blast radius is measured in.
const (
	graphNodes   = 100_000
	graphBelow   = 30_000 // descendants of the digest that is asked for
	edgesPerNode = 10
	bigVariable  = "MLPOLICY_BIG"
)

// nodeDigest names a node of the graph as a digest does: no two begin alike.
func nodeDigest(i int) string { return fmt.Sprintf("sha256:%x", sha256.Sum256(fmt.Append(nil, i))) }

// lineageGraph has 100,000 nodes and 1,000,000 edges; node 0 has 30,000 descendants, each
// of which comes from ten earlier ones.
func lineageGraph() (nodes []lineage.Node, edges []lineage.Edge) {
	names := make([]string, graphNodes)
	for i := range names {
		names[i] = nodeDigest(i)
		nodes = append(nodes, lineage.Node{Digest: names[i], Kind: "model", Name: fmt.Sprintf("m%d", i), Stage: "training"})
	}
	add := func(from, to, k int) {
		edges = append(edges, lineage.Edge{From: names[from], To: names[to], Relation: fmt.Sprintf("r%d", k), Stage: "training", AttestedBy: "ci", Time: "2026-11-24T12:00:00Z"})
	}
	for i := 1; i < graphNodes; i++ {
		for k := range edgesPerNode {
			switch {
			case i <= graphBelow:
				add((i-1)/(k+1), i, k)
			case i > graphBelow+1:
				add(graphBelow+1+(i-graphBelow-1)/(k+2), i, k)
			}
		}
	}
	return nodes, edges
}

// BenchmarkBlastRadius asks SQLite and PostgreSQL for 30,000 descendants in one query. It
// fills the databases first, which takes minutes, so it runs with MLPOLICY_BIG=1:
//
//	MLPOLICY_BIG=1 go test ./bench -run '^$' -bench BlastRadius -benchtime 5x
//
// cpu-ms/op is the time of this process: all of SQLite, of PostgreSQL the reading only.
func BenchmarkBlastRadius(b *testing.B) {
	if os.Getenv(bigVariable) == "" {
		b.Skip("set " + bigVariable + "=1")
	}
	nodes, edges := lineageGraph()
	for name, dsn := range map[string]func(testing.TB) string{
		"SQLite":     storetest.SQLite,
		"PostgreSQL": func(t testing.TB) string { return storetest.Postgres(t, "fsync=off") },
	} {
		b.Run(name, func(b *testing.B) {
			ctx, dsn := context.Background(), dsn(b)
			s, err := store.Open(ctx, dsn)
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			if err := s.InTx(ctx, func(tx store.Tx) error { return tx.SaveLineage(ctx, nodes, edges) }); err != nil {
				b.Fatal(err)
			}
			if name == "PostgreSQL" {
				settle(b, dsn)
			}
			before := cpu()
			for b.Loop() {
				got, err := s.BlastRadius(ctx, nodeDigest(0))
				if err != nil || len(got) != graphBelow {
					b.Fatalf("%d descendants, %v", len(got), err)
				}
			}
			reportCPU(b, before)
		})
	}
}

// settle does what autovacuum does within a minute of such a load. Without statistics the
// planner reads all edges once for each generation.
func settle(b *testing.B, dsn string) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("VACUUM ANALYZE lineage_nodes, lineage_edges"); err != nil {
		b.Fatal(err)
	}
}

// reportCPU adds the processor time of one round, which a busy machine changes less than
// the time on the clock.
func reportCPU(b *testing.B, before time.Duration) {
	b.ReportMetric(float64((cpu()-before).Milliseconds())/float64(b.N), "cpu-ms/op")
}

// cpu is the processor time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
