package evidence

import (
	"bytes"
	"context"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// mlflowRuns reads runs of an MLflow file store: mlruns/<experiment>/<run>/meta.yaml with
// one file for each tag, parameter and input beside it (mlflow store/tracking/file_store.py).
var mlflowRuns = sbom.Collector{
	Name:     "evidence/mlflow-run",
	Families: []sbom.Family{sbom.FamilyRuns},
	Match:    func(f *sbom.File) bool { return mlflowRunFile.MatchString(f.Path) },
	Collect:  collectMLflow,
}

// mlflowDatabase notes a committed MLflow database by its header; it is not opened.
var mlflowDatabase = sbom.Collector{
	Name:     "evidence/mlflow-db",
	Families: []sbom.Family{sbom.FamilyStores},
	Match: func(f *sbom.File) bool {
		return bytes.HasPrefix(f.Head, []byte("SQLite format 3\x00")) && strings.Contains(f.Name(), "mlflow")
	},
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		out.Stores = append(out.Stores, sbom.Store{Kind: "tracker", Name: "mlflow", URI: f.Path, Purpose: "artifacts",
			Public: sbom.Unstated, Auth: sbom.Unstated, TLS: sbom.Unstated, Versioning: sbom.Unstated, Lock: sbom.Unstated,
			Encryption: sbom.No, ScanOnPush: sbom.Unstated, At: sbom.At{Path: f.Path}})
		return nil
	},
}

var mlflowRunFile = regexp.MustCompile(`(^|/)[^/]+/[0-9a-f]{32}/(meta\.yaml|tags/[^/]+|params/[^/]+|inputs/[^/]+/meta\.yaml)$`)

// runPart is one file of a run directory, joined by linkRuns.
type runPart struct {
	dir   string // directory of the run
	kind  string // meta | tag | param | input | lock
	name  string
	value string
	run   *sbom.Run
}

const scratchRuns = "evidence/runs"

func collectMLflow(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	dir, file := path.Split(f.Path)
	dir = strings.TrimSuffix(dir, "/")
	switch parent := path.Base(dir); {
	case file == "meta.yaml" && path.Base(path.Dir(dir)) == "inputs":
		out.Keep(scratchRuns, runPart{dir: path.Dir(path.Dir(dir)), kind: "input", value: inputDataset(f)})
	case file == "meta.yaml":
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyRuns, out)
		meta := docs.Root()
		if meta.Get("run_id") == nil && meta.Get("run_uuid") == nil {
			return nil
		}
		id := meta.Get("run_id").Str()
		if id == "" {
			id = meta.Get("run_uuid").Str()
		}
		run := &sbom.Run{ID: id, Tracker: "mlflow", Project: meta.Get("experiment_id").Str(), Params: map[string]string{},
			Locked: sbom.Unstated, Committed: sbom.Yes, At: sbom.At{Path: f.Path, Line: 1}}
		out.Keep(scratchRuns, runPart{dir: dir, kind: "meta", run: run})
	case parent == "tags":
		out.Keep(scratchRuns, runPart{dir: path.Dir(dir), kind: "tag", name: file, value: strings.TrimSpace(string(content))})
	case parent == "params":
		out.Keep(scratchRuns, runPart{dir: path.Dir(dir), kind: "param", name: file, value: strings.TrimSpace(string(content))})
	}
	return nil
}

// inputDataset is the digest that a run recorded for a dataset input.
func inputDataset(f *sbom.File) string {
	docs := tree.Of(f)
	return docs.Root().Get("destination_id").Str()
}

// linkRuns joins the files of each run and says which packages files belong to it.
func linkRuns(inv *sbom.Inventory) {
	runs := map[string]*sbom.Run{}
	var order []string
	for _, v := range inv.Scratch[scratchRuns] {
		if p := v.(runPart); p.kind == "meta" {
			runs[p.dir] = p.run
			order = append(order, p.dir)
		}
	}
	for _, v := range inv.Scratch[scratchRuns] {
		p := v.(runPart)
		run := runs[p.dir]
		if run == nil || p.kind == "meta" {
			continue
		}
		switch p.kind {
		case "param":
			if secretKey(p.name) && p.value != "" {
				p.value = "[literal]"
			}
			run.Params[p.name] = p.value
			if seedName.MatchString(p.name) {
				run.Seed = p.value
			}
		case "lock":
			run.Locked = sbom.Yes
		case "input":
			if p.value != "" {
				run.Datasets = append(run.Datasets, p.value)
			}
		case "tag":
			runTag(run, p.name, p.value)
		}
	}
	for _, dir := range order {
		inv.Runs = append(inv.Runs, *runs[dir])
	}
}

var seedName = regexp.MustCompile(`(?i)(^|[_.])seed$`)

// runTag reads the tags that MLflow sets itself (MLflow, "System Tags").
func runTag(run *sbom.Run, name, value string) {
	switch name {
	case "mlflow.source.git.commit":
		run.GitCommit = value
	case "mlflow.source.git.repoURL":
		run.GitRemote = redactURL(value)
	case "mlflow.user":
		if strings.Contains(value, "@") {
			run.Email = value
		}
	}
}

// redactURL drops user and password from a URL: the fact is that they were there, which
// the secrets' collector states.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.User == nil {
		return raw
	}
	u.User = nil
	return u.String()
}

// wandbRuns reads what an offline or synced Weights & Biases run leaves in the tree:
// wandb/run-*/files/wandb-metadata.json, config.yaml and requirements.txt.
var wandbRuns = sbom.Collector{
	Name:     "evidence/wandb-run",
	Families: []sbom.Family{sbom.FamilyRuns},
	Match:    func(f *sbom.File) bool { return wandbRunFile.MatchString(f.Path) },
	Collect:  collectWandb,
}

var wandbRunFile = regexp.MustCompile(`(^|/)wandb-metadata\.json$|(^|/)wandb/[^/]*run-[^/]+/files/(config\.yaml|requirements\.txt)$`)

func collectWandb(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	switch f.Name() {
	case "requirements.txt":
		out.Keep(scratchRuns, runPart{dir: f.Dir(), kind: "lock"})
		return nil
	case "config.yaml":
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyRuns, out)
		if root := docs.Root(); root != nil {
			for _, p := range root.Pairs { // name: {desc: null, value: 17}
				if v := p.Value.Get("value"); v != nil && !strings.HasPrefix(p.Key, "_") {
					out.Keep(scratchRuns, runPart{dir: f.Dir(), kind: "param", name: p.Key, value: v.Str()})
				}
			}
		}
		return nil
	}
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyRuns, out)
	meta := docs.Root()
	if meta == nil || meta.Kind != tree.Map {
		return nil
	}
	id := path.Base(path.Dir(path.Dir(f.Path)))
	run := &sbom.Run{
		ID: id[strings.LastIndex(id, "-")+1:], Tracker: "wandb", GitCommit: meta.Get("git", "commit").Str(),
		GitRemote: redactURL(meta.Get("git", "remote").Str()), Host: meta.Get("host").Str(), Email: meta.Get("email").Str(),
		Args: withoutSecretValues(meta.Get("args").Strings()), Params: map[string]string{}, Locked: sbom.Unstated, Committed: sbom.Yes,
		At: meta.KeyAt(f.Path, "host"),
	}
	if u, err := url.Parse(meta.Get("git", "remote").Str()); err == nil && u.User != nil {
		if _, has := u.User.Password(); has || u.User.Username() != "git" {
			run.Params["git_remote_credential"] = "yes"
		}
	}
	out.Keep(scratchRuns, runPart{dir: f.Dir(), kind: "meta", run: run})
	return nil
}

// withoutSecretValues replaces what is given to a flag that names a secret.
func withoutSecretValues(args []string) []string {
	out := append([]string(nil), args...)
	for i, arg := range out {
		name, value, inline := strings.Cut(arg, "=")
		switch {
		case inline && value != "" && secretKey(name):
			out[i] = name + "=[literal]"
		case !inline && strings.HasPrefix(arg, "-") && secretKey(arg) && i+1 < len(out) && !strings.HasPrefix(out[i+1], "-"):
			out[i+1] = "[literal]"
		}
	}
	return out
}
