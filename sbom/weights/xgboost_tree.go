package weights

import "fmt"

// xgbNodes is the tree of a model, in whatever format: for each node its parent, its
// children, the feature it splits by (tree_model.h, RegTree).
type xgbNodes struct {
	deleted int64 // num_deleted
	parent  []int32
	left    []int32
	right   []int32
	gone    []bool
	sides   []bool // whether the node says that it is a left child; nil in formats that do not
	highest int64  // feature of a node
}

func (t *xgbNodes) add(parent, left, right int32, split uint32, gone bool) {
	t.parent, t.left, t.right, t.gone = append(t.parent, parent), append(t.left, left), append(t.right, right), append(t.gone, gone)
	if !gone { // a leaf that pruning has made keeps its feature
		t.highest = max(t.highest, int64(split))
	}
}

// check says what is wrong with the tree, "" when nothing is: each node but the root is a
// child of its parent and the children of a node name it as theirs, except nodes that
// pruning has deleted, of which there are as many as the parameters say.
func (t *xgbNodes) check() string {
	n := int32(len(t.parent))
	if n == 0 {
		return "it has no node"
	}
	gone := int64(0)
	for i := range n {
		left, right := t.left[i], t.right[i]
		if t.gone[i] {
			if gone++; left != -1 || right != -1 {
				return fmt.Sprintf("node %d is deleted and has the children %d and %d", i, left, right)
			}
			continue
		}
		if i > 0 {
			p := t.parent[i]
			if p < 0 || p >= n || p == i || t.left[p] != i && t.right[p] != i {
				return fmt.Sprintf("node %d is no child of its parent %d", i, p)
			}
			if t.sides != nil && t.sides[i] != (t.left[p] == i) {
				return fmt.Sprintf("node %d is the other child of its parent %d", i, p)
			}
		}
		if left == -1 && right == -1 {
			continue // a leaf
		}
		if left <= 0 || left >= n || right <= 0 || right >= n || left == right || t.parent[left] != i || t.parent[right] != i {
			return fmt.Sprintf("node %d has the children %d and %d of %d nodes", i, left, right, n)
		}
	}
	if t.parent[0] != -1 && t.parent[0] != 1<<31-1 {
		return fmt.Sprintf("the root has the parent %d", t.parent[0])
	}
	if gone != t.deleted {
		return fmt.Sprintf("%d nodes are deleted, its parameters say %d", gone, t.deleted)
	}
	return ""
}
