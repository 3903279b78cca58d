package diff

import (
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// recordedDigest is what one side says about the bytes of a file.
type recordedDigest struct {
	value  string // algorithm:hex
	origin string // what recorded it: a stage's command and inputs, an import's revision
	model  bool
	at     sbom.At
}

// digests compares the bytes of data files: those in the source, those that a DVC file
// stands for, and those that a card declares.
func (c *comparison) digests() {
	before, after := digestsOf(c.base), digestsOf(c.head)
	for _, p := range keysOf(after, map[string]bool{}) {
		old, had := before[p]
		now := after[p]
		if !had || old.value == now.value || old.value == "" || now.value == "" {
			continue
		}
		ch := sbom.Change{Kind: DatasetDigestChanged, Subject: p, Before: old.value, After: now.value, Area: "data", At: now.at}
		ch.Provenance = sbom.TriOf(now.origin != "" && now.origin != old.origin || c.recorded(now.at.Path, p))
		if now.model {
			ch.Kind, ch.Area = WeightsChanged, "training"
		}
		c.add(ch)
	}
}

func digestsOf(inv *sbom.Inventory) map[string]recordedDigest {
	out := map[string]recordedDigest{}
	for i := range inv.Files {
		if f := &inv.Files[i]; f.Kind == "dataset" && f.SHA256 != "" {
			out[f.Path] = recordedDigest{value: "sha256:" + f.SHA256, at: sbom.At{Path: f.Path}}
		}
	}
	for i := range inv.Cards {
		for _, d := range inv.Cards[i].Digests {
			subject := d.Path
			if subject == "" {
				subject = d.URL
			}
			if _, known := out[subject]; !known && d.Value != "" {
				out[subject] = recordedDigest{value: d.Algorithm + ":" + d.Value, at: d.At}
			}
		}
	}
	lines := map[string]int{} // DVC file and output → line
	models := map[string]bool{}
	for i := range inv.References {
		if r := &inv.References[i]; r.How == "dvc" {
			lines[r.At.Path+"\x00"+r.URI] = r.At.Line
			models[r.URI] = r.Kind == "model"
		}
	}
	for i := range inv.Documents {
		d := &inv.Documents[i]
		if d.Kind != "dvc" {
			continue
		}
		for _, o := range dvcOutputs(d) {
			uri := "./" + o.path
			o.at.Line, o.model = lines[d.Path+"\x00"+uri], models[uri]
			out[o.path] = o.recordedDigest
		}
	}
	return out
}

type dvcOutput struct {
	path string
	recordedDigest
}

// dvcOutputs reads the outs of a .dvc file or of the stages of dvc.lock, with what made
// them: the stage's command and inputs, or where an import came from.
func dvcOutputs(d *sbom.Document) []dvcOutput {
	root, _ := d.Content.(map[string]any)
	var out []dvcOutput
	read := func(owner map[string]any, pointer string) {
		outs, _ := owner["outs"].([]any)
		for i := range outs {
			o, _ := outs[i].(map[string]any)
			name, _ := o["path"].(string)
			if name == "" || strings.Contains(name, "://") {
				continue
			}
			for _, algorithm := range []string{"md5", "sha256", "etag", "checksum"} {
				if digest, ok := o[algorithm].(string); ok && digest != "" {
					at := sbom.At{Path: d.Path, Pointer: pointer + "/outs/" + strconv.Itoa(i) + "/" + algorithm}
					out = append(out, dvcOutput{path.Join(path.Dir(d.Path), name), recordedDigest{value: algorithm + ":" + digest, origin: origin(owner), at: at}})
					break
				}
			}
		}
	}
	read(root, "")
	stages, _ := root["stages"].(map[string]any)
	for _, name := range keysOf(stages, map[string]bool{}) {
		if stage, ok := stages[name].(map[string]any); ok && path.Base(d.Path) == "dvc.lock" {
			read(stage, "/stages/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(name))
		}
	}
	return out
}

// origin is what a DVC record says about where an output comes from, as one text to
// compare; "" when it says nothing.
func origin(owner map[string]any) string {
	var parts []string
	if cmd, ok := owner["cmd"]; ok {
		parts = append(parts, flat(cmd))
	}
	if deps, ok := owner["deps"]; ok {
		parts = append(parts, flat(deps))
	}
	if params, ok := owner["params"]; ok {
		parts = append(parts, flat(params))
	}
	return strings.Join(parts, "\n")
}

// statement is a file that records where something comes from.
var statement = regexp.MustCompile(`(?i)(\.intoto\.jsonl?|\.sigstore\.json|(^|/)(provenance|lineage|attestation)s?[^/]*\.(json|jsonl|ya?ml|md))$`)

// recorded tells whether the change brings a record of where a file comes from: a
// statement or a dataset card beside it, beside the file that names it, or above.
func (c *comparison) recorded(places ...string) bool {
	dirs := map[string]bool{".": true}
	for _, p := range places {
		for dir := path.Dir(p); dir != "." && dir != "/" && !strings.Contains(dir, ":"); dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	old := map[string]string{}
	for i := range c.base.Files {
		old[c.base.Files[i].Path] = c.base.Files[i].SHA256
	}
	for i := range c.head.Files {
		f := &c.head.Files[i]
		if digest, had := old[f.Path]; statement.MatchString(f.Path) && (!had || digest != f.SHA256) && dirs[path.Dir(f.Path)] {
			return true
		}
	}
	cards := map[string]*sbom.Card{}
	for i := range c.base.Cards {
		cards[c.base.Cards[i].At.Path] = &c.base.Cards[i]
	}
	for i := range c.head.Cards {
		card := &c.head.Cards[i]
		if card.Kind == "dataset" && dirs[path.Dir(card.At.Path)] && (card.Has["source"] || card.Has["collection"]) && !sameCard(cards[card.At.Path], card) {
			return true
		}
	}
	return false
}

func sameCard(a, b *sbom.Card) bool {
	if a == nil {
		return false
	}
	x, y := *a, *b
	x.At, y.At = sbom.At{}, sbom.At{}
	x.Digests, y.Digests = nil, nil
	return reflect.DeepEqual(x, y)
}

// filterWords are words of steps and settings that keep bad data out.
var filterWords = regexp.MustCompile(`(?i)filter|dedup|duplicat|decontaminat|clean|scrub|redact|anonymi[sz]e|\bpii\b|pii_|_pii|toxic|moderat|quarantine|validat|saniti[sz]e|blocklist|block_list|denylist|deny_list|blacklist|minhash|simhash`)

// dataPlatforms are pipelines whose jobs are the steps that data goes through.
var dataPlatforms = map[string]bool{"dvc": true, "argo": true, "kfp": true, "airflow": true}

// steps finds steps of data pipelines that the head no longer has.
func (c *comparison) steps() {
	key := func(j *sbom.PipelineJob) string {
		if !dataPlatforms[j.Platform] {
			return ""
		}
		return j.Platform + "\x00" + j.At.Path + "\x00" + j.Name
	}
	base, head := group(c.base.Pipelines, key), group(c.head.Pipelines, key)
	moved := map[string]bool{} // a step under the same name elsewhere was moved, not removed
	for i := range c.head.Pipelines {
		moved[c.head.Pipelines[i].Platform+"\x00"+c.head.Pipelines[i].Name] = true
	}
	for _, k := range keysOf(base, map[string]bool{}) {
		job := base[k][0]
		if len(head[k]) > 0 {
			c.stepOptions(job, head[k][0])
			continue
		}
		if moved[job.Platform+"\x00"+job.Name] {
			continue
		}
		text := commandOf(job)
		ch := sbom.Change{Kind: StepRemoved, Subject: job.At.Path + "#" + job.Name, Before: text, At: gone(job.At)}
		if filterWords.MatchString(text) {
			ch.Kind, ch.Area = FilterWeakened, "data"
		} else if area.DataWords.MatchString(job.Name) {
			ch.Area = "data"
		}
		c.add(ch)
	}
}
