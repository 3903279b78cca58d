package attest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// maxChainSteps bounds the walk back: the largest simulated lifecycle takes 10 000.
const maxChainSteps = 1_000_000

// stageOrder is the order of the lifecycle: by default a stage consumes from itself and
// from those before it.
var stageOrder = []string{"data", "experiment", "training", "registry", "deployment", "monitoring"}

// Target is what a chain must lead to.
type Target struct {
	Digests []string // of the artifact, algorithm:hex; any of them may be named
	Stage   string   // stage that consumes it
	// Resource is the address under which it is deployed, for the check against going
	// back to an older version.
	Resource string
	// Declared are inputs that the ML-BOM names: digest → what it is.
	Declared map[string]string
}

// Chain is the walk back from a target to approved external sources, as described in
// docs/gate.md.
type Chain struct {
	policy     *Policy
	statements []Judged
	revoked    map[string]string // digest → reason
	bySubject  map[string][]int  // digest → verified producing statements
	refused    map[string][]int  // digest → refused producing statements
	out        sbom.Provenance
	seenGap    map[string]bool
	seenEdge   map[string]bool
	done       map[string]bool // statement index and path state that was walked
	named      map[string]bool // digests met on the way
	steps      int
}

// NewChain indexes statements by the digests of their subjects. A name never matches.
func NewChain(policy *Policy, statements []Judged, revoked map[string]string) *Chain {
	c := &Chain{
		policy: policy, statements: statements, revoked: map[string]string{}, bySubject: map[string][]int{}, refused: map[string][]int{},
		seenGap: map[string]bool{}, seenEdge: map[string]bool{}, done: map[string]bool{}, named: map[string]bool{},
	}
	for digest, reason := range revoked {
		algorithm, value, _ := strings.Cut(digest, ":")
		c.revoked[algorithm+":"+strings.ToLower(value)] = reason
	}
	for i, j := range statements {
		if j.State == "unreadable" || !j.produces() {
			continue
		}
		for _, s := range j.Subjects {
			for _, digest := range s.Digests {
				if j.State == "verified" {
					c.bySubject[digest] = append(c.bySubject[digest], i)
				} else {
					c.refused[digest] = append(c.refused[digest], i)
				}
			}
		}
	}
	return c
}

// Walk returns the edges behind the target, and every gap and revocation it met.
func (c *Chain) Walk(t Target) sbom.Provenance {
	name := firstOf(t.Digests)
	allowed := c.allowed(t.Stage, true)
	c.revocation(t.Digests, []string{name})
	c.resolve(t.Digests, allowed, nil, []string{name}, t.Stage)
	c.rollback(t)
	for _, digest := range slices.Sorted(maps.Keys(t.Declared)) {
		if !c.named[digest] {
			c.gap(digest, "undeclared_input", "the ML-BOM names %s, no statement of the chain does", t.Declared[digest])
		}
	}
	slices.SortFunc(c.out.Edges, func(a, b sbom.ProvenanceEdge) int {
		return cmp.Or(strings.Compare(a.To, b.To), strings.Compare(a.From, b.From), strings.Compare(a.Stage, b.Stage), strings.Compare(a.AttestedBy, b.AttestedBy))
	})
	slices.SortFunc(c.out.Gaps, func(a, b sbom.ProvenanceGap) int {
		return cmp.Or(strings.Compare(a.Digest, b.Digest), strings.Compare(a.Code, b.Code), strings.Compare(a.Reason, b.Reason))
	})
	slices.SortFunc(c.out.Revoked, func(a, b sbom.RevokedPath) int {
		return cmp.Or(strings.Compare(a.Digest, b.Digest), slices.Compare(a.Path, b.Path))
	})
	return c.out
}

// allowed are the stages whose outputs a stage may consume. A target is consumed by the
// stage itself, so that its own statements do not prove it.
func (c *Chain) allowed(stage string, target bool) []string {
	var from []string
	for _, block := range c.policy.Blocks {
		if block.Stage == stage {
			from = append(from, block.InputsFrom...)
		}
	}
	if len(from) > 0 {
		return from
	}
	i := slices.Index(stageOrder, stage)
	if i < 0 {
		return stageOrder
	}
	if target && i > 0 && stage != "training" {
		return stageOrder[:i]
	}
	return stageOrder[:i+1]
}

// resolve finds who made the bytes with these digests, among statements of the allowed
// stages, and walks on from there. path leads from the target to here; above are the
// statements on it.
func (c *Chain) resolve(digests, allowed []string, above []int, path []string, consumer string) (found []int) {
	var elsewhere []int
	for _, digest := range digests {
		c.named[digest] = true
		for _, i := range c.bySubject[digest] {
			switch {
			case slices.Contains(found, i) || len(above) > 0 && above[len(above)-1] == i:
			case c.statements[i].Stage == "" || slices.Contains(allowed, c.statements[i].Stage):
				found = append(found, i)
			default:
				elsewhere = append(elsewhere, i)
			}
		}
	}
	if len(found) == 0 {
		c.unproven(digests, allowed, elsewhere, consumer)
		return nil
	}
	c.conflicts(found, digests)
	for _, i := range found {
		c.walk(i, above, path)
	}
	return found
}

// unproven says why nothing proves where a digest comes from.
func (c *Chain) unproven(digests, allowed []string, elsewhere []int, consumer string) {
	digest := firstOf(digests)
	for _, d := range digests {
		for _, i := range c.refused[d] {
			if j := c.statements[i]; j.Claims == "" || slices.Contains(allowed, j.Claims) {
				c.gap(digest, "wrong_signer", "a statement about it (%s) is not trusted: %s", j.Path, j.Reason)
				return
			}
		}
	}
	if len(elsewhere) > 0 {
		j := c.statements[elsewhere[0]]
		c.gap(digest, "wrong_stage", "it is attested for stage %s by %s, stage %s takes inputs from %s only", j.Stage, j.Signed.Identity, consumer, strings.Join(allowed, ", "))
		return
	}
	c.gap(digest, "no_statement", "no verified statement says where it comes from")
}

// walk follows the inputs of one statement.
func (c *Chain) walk(i int, above []int, path []string) {
	j := c.statements[i]
	if slices.Contains(above, i) {
		c.gap(firstOf(j.Subjects[0].Digests), "cycle", "%s is made from itself (%s)", j.Subjects[0].Name, j.Path)
		return
	}
	if reason, ok := c.revoked[j.Signed.TrustRoot]; ok {
		c.revoke(j.Signed.TrustRoot, reason+" (signer of "+j.Path+")", path)
	}
	if reason, ok := c.revoked[j.Digest]; ok {
		c.revoke(j.Digest, reason+" (statement "+j.Path+")", path)
	}
	key := strconv.Itoa(i)
	if c.steps++; c.done[key] || c.steps > maxChainSteps {
		if c.steps > maxChainSteps {
			c.gap(path[0], "too_many", "the chain has more than %d steps", maxChainSteps)
		}
		return
	}
	c.done[key] = true
	c.required(j)
	allowed := c.allowed(j.Stage, false)
	for _, d := range j.Dependencies {
		c.follow(i, d, allowed, append(slices.Clip(above), i), path)
	}
}

func (c *Chain) follow(i int, d Dependency, allowed []string, above []int, path []string) {
	j := c.statements[i]
	label := cmp.Or(d.Name, d.URI, "an input")
	if len(d.Digests) == 0 {
		c.gap(cmp.Or(d.URI, d.Name), "unpinned_input", "%s of %s has no digest (%s)", label, j.Subjects[0].Name, j.Path)
		return
	}
	next := append(slices.Clip(path), firstOf(d.Digests))
	c.edges(j, d)
	c.revocation(d.Digests, next)
	for _, digest := range d.Digests {
		c.named[digest] = true
	}
	if c.external(j, d) {
		return
	}
	for _, producer := range c.resolve(d.Digests, allowed, above, next, j.Stage) {
		p := c.statements[producer]
		if !p.Finished.IsZero() && !j.Started.IsZero() && p.Finished.After(j.Started) {
			c.gap(firstOf(d.Digests), "time_travel", "%s was finished at %s, after %s started to use it at %s", label, stamp(p.Finished), j.Subjects[0].Name, stamp(j.Started))
		}
	}
}

// external tells whether an input is an approved source from outside: its address
// matches a pattern of the trust block, and it is pinned.
func (c *Chain) external(j Judged, d Dependency) bool {
	for _, block := range c.policy.Blocks {
		if block.Name != j.Block {
			continue
		}
		for _, pattern := range block.External {
			if matchExternal(pattern, d) {
				return true
			}
		}
	}
	return false
}

// matchExternal matches uri[@algorithm:hex]. Without a digest in the pattern any pinned
// input matches; the revision that follows @ in an address is not part of the pattern.
func matchExternal(pattern string, d Dependency) bool {
	uri, digest := pattern, ""
	if i := strings.LastIndex(pattern, "@"); i >= 0 && strings.Contains(pattern[i:], ":") && !strings.Contains(pattern[i:], "/") {
		uri, digest = pattern[:i], pattern[i+1:]
	}
	bare := d.URI
	if i := strings.LastIndex(bare, "@"); i > strings.LastIndex(bare, "/") {
		bare = bare[:i]
	}
	if d.URI == "" || !MatchIdentity(uri, bare) && !MatchIdentity(uri, d.URI) {
		return false
	}
	if digest == "" {
		return len(d.Digests) > 0
	}
	return slices.ContainsFunc(d.Digests, func(have string) bool { return MatchIdentity(strings.ToLower(digest), have) })
}

// required finds inputs that a statement must have and does not name. Leaving an input
// out is an attacker's easiest lie.
func (c *Chain) required(j Judged) {
	if j.PredicateType != PredicateSLSA {
		return
	}
	kinds := map[string]int{}
	same := false
	for _, d := range j.Dependencies {
		kinds[c.kindOf(d)]++
		same = same || slices.ContainsFunc(d.Digests, func(x string) bool { return slices.Contains(j.Subjects[0].Digests, x) })
	}
	models := kinds["base"] + kinds["adapter"] + kinds["model"]
	miss := func(what string) {
		c.gap(firstOf(j.Subjects[0].Digests), "undeclared_input", "%s statement about %s names no %s (%s)", j.Stage, j.Subjects[0].Name, what, j.Path)
	}
	switch j.Stage {
	case "training":
		switch j.Subjects[0].Kind {
		case "merge", "quantized":
			if models < 1 || j.Subjects[0].Kind == "merge" && models < 2 {
				miss("model that it is made of")
			}
			return
		case "adapter":
			if models == 0 {
				miss("base model")
			}
		}
		if kinds["dataset"] == 0 {
			miss("dataset")
		}
	case "registry", "deployment":
		if !same {
			miss("input with the digest of the model itself")
		}
	}
}

// kindOf is the kind of an input: what produced it tells more than what it is called.
func (c *Chain) kindOf(d Dependency) string {
	for _, digest := range d.Digests {
		for _, i := range c.bySubject[digest] {
			j := c.statements[i]
			switch {
			case j.Stage == "data":
				return "dataset"
			case j.Stage == "training" && j.Subjects[0].Kind == "adapter":
				return "adapter"
			case j.Stage == "training" && d.Kind != "adapter":
				return "model"
			}
		}
	}
	return d.Kind
}

// conflicts finds two statements of one stage that claim the same output from different
// inputs: one of them lies.
func (c *Chain) conflicts(found []int, digests []string) {
	first := map[string]int{}
	for _, i := range found {
		j := c.statements[i]
		if j.PredicateType != PredicateSLSA {
			continue
		}
		other, ok := first[j.Stage]
		if !ok {
			first[j.Stage] = i
			continue
		}
		if inputsOf(c.statements[other]) != inputsOf(j) {
			c.gap(firstOf(digests), "conflict", "%s and %s claim it from different inputs", c.statements[other].Path, j.Path)
		}
	}
}

func inputsOf(j Judged) string {
	var all []string
	for _, d := range j.Dependencies {
		all = append(all, cmp.Or(strings.Join(d.Digests, ","), d.URI, d.Name))
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), "\n")
}

// rollback finds that a newer version was already passed for the same resource.
func (c *Chain) rollback(t Target) {
	if t.Resource == "" {
		return
	}
	have, ok := c.version(t.Digests)
	if !ok {
		return
	}
	for _, j := range c.statements {
		if j.State != "verified" || j.PredicateType != PredicateVSA || textAt(j.Predicate, "verificationResult") != "PASSED" || textAt(j.Predicate, "resourceUri") != t.Resource {
			continue
		}
		for _, s := range j.Subjects {
			if last, ok := c.version(s.Digests); ok && compareVersions(have, last) < 0 {
				c.gap(firstOf(t.Digests), "rollback", "version %s, and version %s (%s) has already passed for %s", have, last, firstOf(s.Digests), t.Resource)
			}
		}
	}
}

// version is the registered version of a digest, told by a verified statement.
func (c *Chain) version(digests []string) (string, bool) {
	for _, digest := range digests {
		for _, i := range c.bySubject[digest] {
			for _, s := range c.statements[i].Subjects {
				if s.Version != "" && slices.Contains(s.Digests, digest) {
					return s.Version, true
				}
			}
		}
	}
	return "", false
}

// compareVersions compares dotted versions number by number, other parts as text.
func compareVersions(a, b string) int {
	pa, pb := strings.Split(strings.TrimPrefix(a, "v"), "."), strings.Split(strings.TrimPrefix(b, "v"), ".")
	for i := range max(len(pa), len(pb)) {
		x, y := part(pa, i), part(pb, i)
		nx, ex := strconv.Atoi(x)
		ny, ey := strconv.Atoi(y)
		order := cmp.Compare(nx, ny)
		if ex != nil || ey != nil {
			order = strings.Compare(x, y)
		}
		if order != 0 {
			return order
		}
	}
	return 0
}

func part(parts []string, i int) string {
	if i < len(parts) {
		return parts[i]
	}
	return "0"
}

func (c *Chain) edges(j Judged, d Dependency) {
	for _, s := range j.Subjects {
		e := sbom.ProvenanceEdge{From: firstOf(d.Digests), To: firstOf(s.Digests), Relation: d.Kind, Stage: j.Stage, AttestedBy: j.Signed.Identity, Time: stamp(j.when())}
		key := e.From + " " + e.To + " " + e.Relation + " " + j.Path
		if !c.seenEdge[key] {
			c.seenEdge[key] = true
			c.out.Edges = append(c.out.Edges, e)
		}
	}
}

func (c *Chain) revocation(digests, path []string) {
	for _, digest := range digests {
		if reason, ok := c.revoked[digest]; ok {
			c.revoke(digest, reason, path)
		}
	}
}

// revoke records the first path that leads to a revoked digest: one tells enough.
func (c *Chain) revoke(digest, reason string, path []string) {
	if slices.ContainsFunc(c.out.Revoked, func(r sbom.RevokedPath) bool { return r.Digest == digest }) {
		return
	}
	c.out.Revoked = append(c.out.Revoked, sbom.RevokedPath{Digest: digest, Reason: reason, Path: slices.Clone(path)})
}

func (c *Chain) gap(digest, code, format string, args ...any) {
	g := sbom.ProvenanceGap{Digest: digest, Code: code, Reason: fmt.Sprintf(format, args...)}
	key := g.Digest + " " + g.Code + " " + g.Reason
	if !c.seenGap[key] {
		c.seenGap[key] = true
		c.out.Gaps = append(c.out.Gaps, g)
	}
}

// firstOf is the digest by which a thing is called: sha256 before others.
func firstOf(digests []string) string {
	for _, d := range digests {
		if strings.HasPrefix(d, "sha256:") {
			return d
		}
	}
	if len(digests) > 0 {
		return digests[0]
	}
	return ""
}
