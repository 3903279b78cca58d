package diff

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/area"
)

// behaviourDocuments are documents that decide how a model answers, and which of their
// keys do: all of them, or those that match.
var behaviourDocuments = map[string]*regexp.Regexp{
	"hf-generation-config": nil,
	"nemo-guardrails":      nil,
	"hf-tokenizer-config":  regexp.MustCompile(`^/chat_template`),
	"litellm":              regexp.MustCompile(`^/(guardrails|litellm_settings/callbacks)|/(temperature|top_p|system_prompt)$`),
}

// neutralKeys change with every release of the library and change no answer.
var neutralKeys = regexp.MustCompile(`^/(transformers_version|_from_model_config|_name_or_path)$`)

// maxChangesPerDocument bounds what one rewritten document adds; beyond it the document
// is named once.
const maxChangesPerDocument = 20

// behaviour compares sampling, prompts, chat templates and guardrails.
func (c *comparison) behaviour() {
	c.guards()
	for _, kind := range []string{"hf-generation-config", "hf-tokenizer-config", "litellm", "nemo-guardrails"} {
		key := func(d *sbom.Document) string {
			if d.Kind != kind {
				return ""
			}
			return d.Path
		}
		base, head := group(c.base.Documents, key), group(c.head.Documents, key)
		for _, p := range keysOf(base, head) {
			if area.Tests.MatchString(p) {
				continue
			}
			if len(base[p]) == 0 || len(head[p]) == 0 {
				c.wholeDocument(p, len(head[p]) > 0, kind)
				continue
			}
			c.document(p, behaviourDocuments[kind], base[p][0].Content, head[p][0].Content)
		}
	}
	c.renamedGuards()
	c.modelfiles()
	c.templates()
	c.prompts()
}

func (c *comparison) wholeDocument(p string, added bool, kind string) {
	if kind == "hf-tokenizer-config" || kind == "litellm" {
		return // a file of its own subject, whose answers nothing else describes
	}
	ch := sbom.Change{Kind: BehaviourChanged, Subject: p, Before: kind, Area: "deployment", At: sbom.At{Path: p}}
	if added {
		ch.Before, ch.After, ch.At.Line = "", kind, 1
	}
	c.add(ch)
}

func (c *comparison) document(p string, keys *regexp.Regexp, before, after any) {
	found := &differences{keys: keys}
	found.compare("", before, after)
	var changed []sbom.Change
	for _, d := range found.out {
		ch := sbom.Change{Kind: BehaviourChanged, Subject: p + "#" + d.pointer, Before: d.before, After: d.after, Area: "deployment", At: sbom.At{Path: p, Pointer: d.pointer}}
		if d.after == "" {
			ch.At.Pointer = ""
		}
		if !c.told(ch) {
			changed = append(changed, ch)
		}
	}
	if len(changed) > maxChangesPerDocument {
		c.add(sbom.Change{Kind: BehaviourChanged, Subject: p, After: strconv.Itoa(len(changed)) + " values changed", Area: "deployment", At: sbom.At{Path: p, Line: 1}})
		return
	}
	for _, ch := range changed {
		// A number of unknown direction in such a document is a setting of its behaviour.
		i := slices.IndexFunc(c.out, func(o sbom.Change) bool { return o.Kind == ThresholdChanged && o.Subject == ch.Subject })
		if i < 0 {
			c.add(ch)
			continue
		}
		c.out[i].Kind, c.out[i].Area = ch.Kind, ch.Area
	}
}

// told tells whether a change is among those that were added: a setting of the same
// file, with its line, or the guard that a removed entry was.
func (c *comparison) told(ch sbom.Change) bool {
	return slices.ContainsFunc(c.out, func(o sbom.Change) bool {
		if o.Kind != BehaviourChanged || o.At.Path != ch.At.Path {
			return false
		}
		guard, isGuard := strings.CutPrefix(o.Subject, "guard ")
		return o.Subject == ch.Subject || isGuard && ch.After == "" && strings.Contains(ch.Before, guard)
	})
}

// renamedGuards drops a guard that is gone when its document says what it became.
func (c *comparison) renamedGuards() {
	became := map[string]bool{}
	for _, ch := range c.out {
		if ch.Kind == BehaviourChanged && ch.At.Pointer != "" && ch.After != "" {
			became[ch.At.Path+"\x00guard "+ch.Before] = true
		}
	}
	c.out = slices.DeleteFunc(c.out, func(ch sbom.Change) bool {
		return ch.Kind == BehaviourChanged && became[ch.At.Path+"\x00"+ch.Subject]
	})
}

// modelfiles compares the instructions of an Ollama Modelfile that shape answers.
func (c *comparison) modelfiles() {
	key := func(d *sbom.Document) string {
		if d.Kind != "modelfile" {
			return ""
		}
		return d.Path
	}
	text := func(list []*sbom.Document) string {
		content, _ := list[0].Content.(map[string]any)
		s, _ := content["text"].(string)
		var kept []string
		for line := range strings.Lines(s) {
			first, _, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch strings.ToUpper(first) {
			case "", "FROM", "ADAPTER", "LICENSE":
			default:
				if !strings.HasPrefix(first, "#") {
					kept = append(kept, strings.TrimSpace(line))
				}
			}
		}
		return strings.Join(kept, "\n")
	}
	base, head := group(c.base.Documents, key), group(c.head.Documents, key)
	for _, p := range keysOf(head, map[string]bool{}) {
		if len(base[p]) > 0 && text(base[p]) != text(head[p]) {
			before, after := differing(text(base[p]), text(head[p]))
			c.add(sbom.Change{Kind: BehaviourChanged, Subject: p, Before: before, After: after, Area: "deployment", At: sbom.At{Path: p, Line: 1}})
		}
	}
}

// templates compares the chat templates inside model files.
func (c *comparison) templates() {
	of := func(inv *sbom.Inventory) map[string]string {
		out := map[string]string{}
		for i := range inv.Weights {
			if promptFile.MatchString(inv.Weights[i].Path) {
				continue // a template in a file of its own is compared as one
			}
			for _, t := range inv.Weights[i].Templates {
				out[inv.Weights[i].Path+"#"+t.Key] = t.SHA256
			}
		}
		return out
	}
	before, after := of(c.base), of(c.head)
	had := map[string]bool{}
	for i := range c.base.Files {
		had[c.base.Files[i].Path] = true
	}
	digest := func(hex string) string {
		if hex == "" {
			return ""
		}
		return "sha256:" + hex
	}
	for _, key := range keysOf(before, after) {
		file, _, _ := strings.Cut(key, "#")
		ch := sbom.Change{Kind: BehaviourChanged, Subject: key, Before: digest(before[key]), After: digest(after[key]), Area: "deployment", At: sbom.At{Path: file}}
		if ch.Before != ch.After && (ch.Before != "" && ch.After != "" || c.present[file] && had[file]) {
			c.add(ch) // of a file that both sides have
		}
	}
}

// promptFile is a file that holds a prompt or a chat template.
var promptFile = regexp.MustCompile(`(?i)(^|/)((chat_template|system_prompt|[^/]*prompt[^/]*)\.(jinja2?|j2|txt|md|prompt)|prompts?/[^/]+\.(jinja2?|j2|txt|md|prompt)|[^/]+\.jinja2?)$`)

// templateOf is a template that makes a file of another kind (Dockerfile.jinja,
// values.yaml.jinja2), which no model reads.
var templateOf = regexp.MustCompile(`(?i)(^|/)((docker|container|make|jenkins)file[^/]*|[^/]+\.(dockerfile|ya?ml|html?|toml|cfg|conf|ini|sh|py|sql|tf|xml|css|[jt]sx?|service|env))\.jinja2?$`)

func (c *comparison) prompts() {
	key := func(f *sbom.FileFact) string {
		if !promptFile.MatchString(f.Path) || templateOf.MatchString(f.Path) || area.Elsewhere.MatchString(strings.TrimSuffix(f.Path, path.Ext(f.Path))) {
			return ""
		}
		return f.Path
	}
	base, head := group(c.base.Files, key), group(c.head.Files, key)
	for _, p := range keysOf(base, head) {
		ch := sbom.Change{Kind: BehaviourChanged, Subject: p, Area: "deployment", At: sbom.At{Path: p}}
		if len(base[p]) > 0 {
			ch.Before = "sha256:" + base[p][0].SHA256
		}
		if len(head[p]) > 0 {
			ch.After, ch.At.Line = "sha256:"+head[p][0].SHA256, 1
		}
		if ch.Before != ch.After && (ch.Before != "" || len(c.base.Files) > 0) {
			c.add(ch)
		}
	}
}

// guards finds guardrails and limits of routes that the head no longer has.
func (c *comparison) guards() {
	key := func(g *sbom.Guard) string { return g.At.Path + "\x00" + g.Route + "\x00" + g.Side + "\x00" + g.Name }
	base, head := group(c.base.Guards, key), group(c.head.Guards, key)
	for _, k := range keysOf(base, map[string]bool{}) {
		if g := base[k][0]; len(head[k]) == 0 {
			c.add(sbom.Change{Kind: BehaviourChanged, Subject: "guard " + g.Name, Before: g.Side + " " + g.Kind, Area: "deployment", At: gone(g.At)})
		}
	}
	limits := func(inv *sbom.Inventory) map[string]sbom.Limit {
		out := map[string]sbom.Limit{}
		for i := range inv.Routes {
			for _, l := range inv.Routes[i].Limits {
				out[inv.Routes[i].At.Path+"\x00"+inv.Routes[i].Name+"\x00"+l.Kind+"\x00"+l.KeyName] = l
			}
		}
		return out
	}
	before, after := limits(c.base), limits(c.head)
	for _, k := range keysOf(before, map[string]bool{}) {
		old, now := before[k], after[k]
		parts := strings.Split(k, "\x00")
		ch := sbom.Change{Kind: ThresholdRelaxed, Subject: "limit of " + old.Kind + " on " + parts[1], Before: old.Value, After: now.Value, Area: "deployment", At: now.At}
		b, okBefore := number(old.Value)
		n, okAfter := number(now.Value)
		switch {
		case now.Kind == "":
			ch.At = gone(old.At)
		case !okBefore || !okAfter || n <= b:
			continue
		}
		c.add(ch)
	}
}
