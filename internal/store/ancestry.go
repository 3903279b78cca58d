package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/mlpolicy/mlpolicy/sbom/lineage"
)

// Around returns what the stored lineage knows of some digests: what they were made from
// and, if asked for, what was made from them, up to a number of edges.
func (s *Store) Around(ctx context.Context, digests []string, down bool, limit int) ([]lineage.Node, []lineage.Edge, error) {
	var edges []lineage.Edge
	seen := map[lineage.Edge]bool{}
	follow := func(where string, next func(lineage.Edge) string) error {
		reached, queue := map[string]bool{}, append([]string(nil), digests...)
		for ; len(queue) > 0 && len(edges) < limit; queue = queue[1:] {
			if reached[queue[0]] {
				continue
			}
			reached[queue[0]] = true
			found, err := all(ctx, s.db, func(rows *sql.Rows, e *lineage.Edge) error {
				return rows.Scan(&e.From, &e.To, &e.Relation, &e.Stage, &e.AttestedBy, &e.Time)
			}, `SELECT from_digest, to_digest, relation, stage, attested_by, time FROM lineage_edges WHERE `+where+` = $1
				ORDER BY from_digest, to_digest, relation, attested_by LIMIT $2`, queue[0], limit-len(edges))
			if err != nil {
				return fmt.Errorf("lineage of %s: %w", queue[0], err)
			}
			for _, e := range found {
				if !seen[e] {
					seen[e] = true
					edges = append(edges, e)
				}
				queue = append(queue, next(e))
			}
		}
		return nil
	}
	if err := follow("to_digest", func(e lineage.Edge) string { return e.From }); err != nil {
		return nil, nil, err
	}
	if down {
		if err := follow("from_digest", func(e lineage.Edge) string { return e.To }); err != nil {
			return nil, nil, err
		}
	}
	nodes, err := s.nodesOf(ctx, edges)
	return nodes, edges, err
}

func (s *Store) nodesOf(ctx context.Context, edges []lineage.Edge) ([]lineage.Node, error) {
	var out []lineage.Node
	seen := map[string]bool{}
	for _, e := range edges {
		for _, digest := range []string{e.From, e.To} {
			if seen[digest] {
				continue
			}
			seen[digest] = true
			found, err := all(ctx, s.db, func(rows *sql.Rows, n *lineage.Node) error {
				return rows.Scan(&n.Digest, &n.Kind, &n.Name, &n.Stage)
			}, "SELECT digest, kind, name, stage FROM lineage_nodes WHERE digest = $1", digest)
			if err != nil {
				return nil, fmt.Errorf("lineage of %s: %w", digest, err)
			}
			out = append(out, found...)
		}
	}
	return out, nil
}
