package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// SaveLineage adds the nodes and edges of a graph; what is there already stays.
func (tx Tx) SaveLineage(ctx context.Context, nodes []lineage.Node, edges []lineage.Edge) error {
	node, err := tx.PrepareContext(ctx, `INSERT INTO lineage_nodes (digest, kind, name, stage) VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING`)
	if err != nil {
		return fmt.Errorf("save lineage: %w", err)
	}
	defer node.Close()
	for _, n := range nodes {
		if _, err := node.ExecContext(ctx, n.Digest, n.Kind, n.Name, n.Stage); err != nil {
			return fmt.Errorf("save lineage node: %w", err)
		}
	}
	edge, err := tx.PrepareContext(ctx, `INSERT INTO lineage_edges (from_digest, to_digest, relation, stage, attested_by, time) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`)
	if err != nil {
		return fmt.Errorf("save lineage: %w", err)
	}
	defer edge.Close()
	for _, e := range edges {
		if _, err := edge.ExecContext(ctx, e.From, e.To, e.Relation, e.Stage, e.AttestedBy, e.Time); err != nil {
			return fmt.Errorf("save lineage edge: %w", err)
		}
	}
	return nil
}

// blastRadius is the transitive closure downstream of one digest. UNION, not UNION ALL:
// each digest is visited once, so that diamonds and cycles cost what a tree would.
const blastRadius = `
WITH RECURSIVE reached (digest) AS (
	SELECT CAST($1 AS TEXT)
	UNION
	SELECT e.to_digest FROM reached AS r JOIN lineage_edges AS e ON e.from_digest = r.digest
)
SELECT r.digest, COALESCE(n.kind, ''), COALESCE(n.name, ''), COALESCE(n.stage, '')
FROM reached AS r LEFT JOIN lineage_nodes AS n ON n.digest = r.digest
WHERE r.digest <> CAST($1 AS TEXT)
ORDER BY r.digest`

// BlastRadius lists everything that was made from a digest, in one query.
func (s *Store) BlastRadius(ctx context.Context, digest string) ([]lineage.Node, error) {
	nodes, err := all(ctx, s.db, func(rows *sql.Rows, n *lineage.Node) error {
		return rows.Scan(&n.Digest, &n.Kind, &n.Name, &n.Stage)
	}, blastRadius, digest)
	if err != nil {
		return nil, fmt.Errorf("blast radius of %s: %w", digest, err)
	}
	return nodes, nil
}
