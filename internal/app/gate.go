package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest"
	"github.com/mlpolicy/mlpolicy/internal/decide"
	"github.com/mlpolicy/mlpolicy/internal/gate"
	"github.com/mlpolicy/mlpolicy/sbom"
)

const (
	// signatureName is a model signature that lies in the model (OMS v1.0, as `mlpolicy
	// sign` and the reference implementation write it).
	signatureName = "model.sig"
	// trustFolder holds the certificate roots of the law: what --trust is on the command line.
	trustFolder = ".mlpolicy/trust"
	// maxEvidenceFiles and maxEvidenceFile bound the statements of a commit; the largest
	// seen, a Sigstore bundle with an ML-BOM in it, has 2 MB.
	maxEvidenceFiles = 500
	maxEvidenceFile  = 8 << 20
	// maxModelBytes bounds the bytes of a model that are written to disk to be hashed. Large
	// weights are in Git LFS, whose pointers are enough.
	maxModelBytes = 4 << 30
)

// statementNames end the names of files that hold signed statements, as Sigstore,
// in-toto and `mlpolicy attest` write them.
var statementNames = []string{".intoto.jsonl", ".intoto.json", ".sigstore.json", ".sigstore", ".dsse.json", ".vsa.json"}

// Evidence is what a gate is given about the model of a commit. Who is trusted comes from
// the law, never from here.
type Evidence struct {
	Model        string // path in the commit, "." for all of it
	Signatures   []gate.File
	Attestations []gate.File
	BOM          *gate.File
}

// EvidenceError is a model or evidence that cannot be read: nothing is proved by it.
type EvidenceError struct{ Reason string }

func (e *EvidenceError) Error() string { return e.Reason }

// findEvidence lists the models of a commit, the folders that hold a signature, and the
// statements that lie anywhere in it: they are about digests, and signed. A commit without
// a signature is one model, of which nothing is proved.
func findEvidence(tree fs.FS) (models []string, statements []gate.File, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.Type().IsRegular():
			return nil
		case d.Name() == signatureName:
			models = append(models, path.Dir(name))
			return nil
		case !slices.ContainsFunc(statementNames, func(end string) bool { return strings.HasSuffix(d.Name(), end) }):
			return nil
		case len(statements) == maxEvidenceFiles:
			return &EvidenceError{fmt.Sprintf("the commit has more than maxEvidenceFiles (%d) statements", maxEvidenceFiles)}
		}
		f, err := evidenceFile(tree, name)
		statements = append(statements, f)
		return err
	})
	if err == nil && len(models) == 0 {
		models = []string{"."}
	}
	return models, statements, err
}

func evidenceFile(tree fs.FS, name string) (gate.File, error) {
	info, err := fs.Stat(tree, name)
	if err != nil {
		return gate.File{}, &EvidenceError{fmt.Sprintf("%s cannot be read", name)}
	}
	if info.Size() > maxEvidenceFile {
		return gate.File{}, &EvidenceError{fmt.Sprintf("%s is larger than maxEvidenceFile (%d)", name, maxEvidenceFile)}
	}
	content, err := fs.ReadFile(tree, name)
	if err != nil {
		return gate.File{}, &EvidenceError{fmt.Sprintf("%s cannot be read: %v", name, err)}
	}
	return gate.File{Name: name, Data: content}, nil
}

// evidenceOf is the evidence of one model of a commit: the signature in it, its ML-BOM
// where there is just one, and all statements.
func evidenceOf(tree fs.FS, model string, statements []gate.File) (*Evidence, error) {
	e := &Evidence{Model: model, Attestations: statements}
	if info, err := fs.Stat(tree, path.Join(model, signatureName)); err == nil && info.Mode().IsRegular() {
		f, err := evidenceFile(tree, path.Join(model, signatureName))
		if err != nil {
			return nil, err
		}
		e.Signatures = []gate.File{f}
	}
	boms, err := fs.Glob(tree, path.Join(globEscape(model), "*.cdx.json"))
	if err != nil || len(boms) != 1 {
		return e, nil
	}
	f, err := evidenceFile(tree, boms[0])
	if err != nil {
		return nil, err
	}
	e.BOM = &f
	return e, nil
}

// globEscape makes a path a pattern of itself.
func globEscape(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(name)
}

// prove makes a request one of a gate: it collects the evidence about the model, and the
// controls that a gate exists for become mandatory.
func (d *Decider) prove(ctx context.Context, law lawTree, c Case, req *decide.Request) (*gate.Gate, func(), error) {
	dir, err := os.MkdirTemp("", "mlpolicy-gate-")
	if err != nil {
		return nil, nil, err
	}
	done := func() { os.RemoveAll(dir) } // in the temporary folder of the machine if it fails
	g, err := d.collect(ctx, dir, law, c, req)
	if err != nil {
		done()
		return nil, nil, err
	}
	req.Mode, req.Extend, req.AllowEmpty = decide.ModeGate, g.Extend, false
	return g, done, nil
}

func (d *Decider) collect(ctx context.Context, dir string, law lawTree, c Case, req *decide.Request) (*gate.Gate, error) {
	model := filepath.Join(dir, "model")
	known, err := writeModel(ctx, c.Head.FS, c.Gate.Model, model)
	if err != nil {
		return nil, err
	}
	name := c.Head.Subject.Name
	if c.Gate.Model != "." {
		name += "/" + c.Gate.Model
	}
	g, err := gate.New(gate.Request{
		Model: model, Name: name, Stage: c.Stages[0], Environment: c.Environment, Config: req.Config, Now: req.Now, Known: known,
		BOM: placed(c.Gate, model, c.Gate.BOM), Signatures: placedAll(c.Gate, model, c.Gate.Signatures), Attestations: placedAll(c.Gate, model, c.Gate.Attestations),
		Trust: trustFiles(law), Read: func(name string) ([]byte, error) { return readSmall(law, path.Clean(name)) },
	})
	if err != nil {
		return nil, &LawError{Path: ConfigName, Message: err.Error()}
	}
	err = g.Collect(ctx)
	if attest.IsMalformed(err) || attest.RefusalCode(err) != "" {
		return nil, &EvidenceError{err.Error()}
	}
	return g, err
}

// placed says where a file lies on disk, when it is one of the model: it is no part of what
// is signed.
func placed(e *Evidence, model string, f *gate.File) *gate.File {
	if f == nil {
		return nil
	}
	out := *f
	if rel, ok := strings.CutPrefix(f.Name, e.Model+"/"); ok {
		out.Path = filepath.Join(model, filepath.FromSlash(rel))
	} else if e.Model == "." {
		out.Path = filepath.Join(model, filepath.FromSlash(f.Name))
	}
	return &out
}

func placedAll(e *Evidence, model string, files []gate.File) []gate.File {
	out := make([]gate.File, len(files))
	for i := range files {
		out[i] = *placed(e, model, &files[i])
	}
	return out
}

// trustFiles are the certificate roots of the law: the repository's and the organisation's.
func trustFiles(law lawTree) []gate.File {
	var out []gate.File
	for _, dir := range []string{trustFolder, orgMount + "/trust"} {
		entries, err := fs.ReadDir(law, dir)
		if err != nil {
			continue // there is none; then no certificate is trusted
		}
		for _, e := range entries {
			if content, err := readSmall(law, path.Join(dir, e.Name())); err == nil && e.Type().IsRegular() {
				out = append(out, gate.File{Name: path.Join(dir, e.Name()), Data: content})
			}
		}
	}
	return out
}

// writeModel writes a folder of a commit to disk, where it can be hashed as it will be
// deployed, and returns the digests that Git LFS pointers in it name. A link, and a file
// that is not there in full, is no model that could be proved.
func writeModel(ctx context.Context, tree fs.FS, folder, to string) (map[string]string, error) {
	if err := os.Mkdir(to, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	known, left := map[string]string{}, int64(maxModelBytes)
	err = fs.WalkDir(tree, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return &EvidenceError{fmt.Sprintf("there is no model %s in the commit", folder)}
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(name, folder), "/")
		if folder == "." {
			rel = name
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case rel == "" || rel == ".":
			if !d.IsDir() {
				return &EvidenceError{fmt.Sprintf("the model %s is not a folder", folder)}
			}
			return nil
		case d.IsDir():
			return root.Mkdir(rel, 0o700)
		case !d.Type().IsRegular():
			return &EvidenceError{fmt.Sprintf("%s is a link or cannot be read, so that the model cannot be proved", name)}
		}
		oid, n, err := writeFile(root, rel, tree, name, left)
		if left -= n; oid != "" {
			known[rel] = oid
		}
		return err
	})
	return known, err
}

// writeFile writes one file, and returns what a Git LFS pointer says the bytes are.
func writeFile(root *os.Root, rel string, tree fs.FS, name string, left int64) (oid string, size int64, err error) {
	from, err := tree.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return "", 0, err
	}
	if info.Size() > left {
		return "", 0, &EvidenceError{fmt.Sprintf("the model has more than maxModelBytes (%d) outside Git LFS", maxModelBytes)}
	}
	to, err := root.OpenFile(rel, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", 0, err
	}
	var head headWriter
	size, err = io.Copy(io.MultiWriter(to, &head), from)
	if err = errors.Join(err, to.Close()); err != nil {
		return "", size, err
	}
	if sbom.IsLFSPointer(head, size) {
		// One that is malformed is the bytes that it is.
		oid, _, _ = sbom.ParseLFSPointer(head)
	}
	return oid, size, nil
}

// headWriter keeps the first kilobyte of what is written to it.
type headWriter []byte

func (h *headWriter) Write(p []byte) (int, error) {
	*h = append(*h, p[:min(len(p), 1024-min(len(*h), 1024))]...)
	return len(p), nil
}

// proofComment says in a line what a gate decided, and what it did not get.
func proofComment(v *Verdict) string {
	comment := word(v.Decision.Decision) + ": " + rollUpTitle(v.Decision)
	if v.Gate == nil || v.Decision.Decision == engine.Allow || len(v.Gate.Missing) == 0 {
		return comment
	}
	var missing []string
	for _, m := range v.Gate.Missing {
		what, _, _ := strings.Cut(m, " (") // the flag of the command line
		missing = append(missing, what)
	}
	return comment + "; missing: " + strings.Join(missing, ", ")
}
