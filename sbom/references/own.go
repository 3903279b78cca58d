package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// A program has settings with names of its own: what its code loads from args.base_net is
// named by --base_net in its scripts and by base_net: in its recipes. The code says what the
// setting means; the scripts and recipes say which name it has.

const (
	keepOwnKeys   = "references/own-keys"
	keepOwnValues = "references/own-values"
	// maxOwnValues bounds the values of one file that may be names; a long recipe has 200
	// strings.
	maxOwnValues = 512
)

// ownKey is a setting that code loads something from.
type ownKey struct {
	key, path string
	sink      pySink
}

// ownValue is the value of a setting that no rule knows.
type ownValue struct {
	key string // the setting, lower case with '_'
	ref sbom.Reference
}

// settings are the last words of names that hold the settings of a run.
var settings = []string{"args", "arg", "cfg", "config", "conf", "opt", "opts", "options", "flags", "params", "hparams", "settings", "argument", "arguments"}

// genericKeys mean something else in every program.
var genericKeys = set("name", "path", "id", "type", "data", "file", "dir", "root", "input", "output", "value", "key", "mode", "tag", "version", "device", "config", "split", "task", "lang", "language", "project", "run", "target", "source", "url", "text", "image", "label", "title", "method", "kind", "class", "cls", "arch", "prefix", "suffix", "format", "template", "user", "org", "repo", "branch", "out", "save", "log", "logger", "seed", "cache", "load", "backend", "provider", "engine", "framework", "strategy", "owner", "group", "entity")

// ownKeyOf is the setting that an expression reads: base_net for args.base_net and
// cfg.model.base_net, model.name for cfg.model.name; "" for anything else.
func ownKeyOf(e python.Expr) string {
	a, ok := e.(*python.Attribute)
	if !ok {
		return ""
	}
	parts := strings.Split(python.Dotted(a), ".")
	if len(parts) < 2 {
		return ""
	}
	for i, part := range parts[:len(parts)-1] {
		part = strings.ToLower(part)
		word := part[strings.LastIndexByte(part, '_')+1:]
		if !slices.Contains(settings, word) {
			continue
		}
		rest := parts[i+1:]
		key := snake(rest[len(rest)-1])
		if !genericKeys[key] {
			return key
		}
		if len(rest) > 1 {
			return snake(rest[len(rest)-2]) + "." + key
		}
	}
	return ""
}

// ownSetting keeps what a setting is loaded as.
func (r *pyReader) ownSetting(e python.Expr, s *pySink) {
	if s.kind == "" || s.role == "push" || s.role == "output" || s.has("guess") || s.has("shaped") || s.has("path") || s.has("remote") || s.has("hosted") || s.host != "" {
		return
	}
	if key := ownKeyOf(e); key != "" {
		r.keepOwn(keepOwnKeys, key, *s)
	}
	r.ownAttribute(e, s)
}

// keepOwn keeps a place that loads a setting, without what stands beside it there.
func (r *pyReader) keepOwn(scratch, key string, s pySink) {
	s = s.unpinned()
	s.trustParam = nil
	r.out.Keep(scratch, &ownKey{key, r.x.m.Path, s})
}

// ownKeys are the settings that were kept, by name.
func ownKeys(inv *sbom.Inventory, scratch string) map[string][]*ownKey {
	keys := map[string][]*ownKey{}
	for _, v := range inv.Scratch[scratch] {
		if k, ok := v.(*ownKey); ok {
			keys[k.key] = append(keys[k.key], k)
		}
	}
	return keys
}

// ownOption keeps what a parameter of a program's command is loaded as: click, typer and fire
// make a flag of it.
func (r *pyReader) ownOption(p *pyParam) {
	if genericKeys[p.name] || p.fn.class != nil || !r.isCommand(p.fn) {
		return
	}
	for i := range r.sinks[p] {
		s := &r.sinks[p][i]
		if !s.has("guess") && !s.has("shaped") && !s.has("path") && s.host == "" && s.role != "push" && s.role != "output" {
			r.keepOwn(keepOwnKeys, snake(p.name), *s)
		}
	}
}

// isCommand tells a function whose parameters are options of a program.
func (r *pyReader) isCommand(fn *pyFunc) bool {
	if fn.node == nil {
		return false
	}
	for _, d := range fn.node.Decorators {
		if c, ok := d.(*python.Call); ok {
			d = c.Func
		}
		switch last(python.Dotted(d)) {
		case "command", "option", "argument":
			return true
		}
	}
	return strings.Contains(r.x.m.Text, "Fire("+fn.name+")") || strings.Contains(r.x.m.Text, "typer.run("+fn.name+")") || strings.Contains(r.x.m.Text, "tyro.cli("+fn.name+")")
}

// mayBeName tells whether the value of a setting that nobody knows can be a name at all.
func mayBeName(value string) bool {
	switch KindOf(value) {
	case NameHub:
		return !placeholder(value)
	case NameBare:
		return legacyName("model", value) || legacyName("dataset", value)
	}
	return false
}

// keepOwnValue keeps a value under a setting for the linker.
func keepOwnValue(out *sbom.Inventory, key string, ref sbom.Reference) {
	key = strings.ReplaceAll(snake(strings.TrimLeft(key, "-+")), "-", "_")
	if len(out.Scratch[keepOwnValues]) < maxOwnValues && mayBeName(ref.Name) {
		out.Keep(keepOwnValues, &ownValue{key, ref})
	}
}

// keepOwnAttrs holds attributes of classes that code loads something from: what a class of
// another module, or a subclass, sets them to is loaded there.
const keepOwnAttrs = "references/own-attributes"

// ownAttribute keeps what self.x or cls.x is loaded as. A short name is any class's.
func (r *pyReader) ownAttribute(e python.Expr, s *pySink) {
	a, ok := e.(*python.Attribute)
	if !ok || len(a.Attr) < minOwnAttr || !strings.Contains(a.Attr, "_") {
		return
	}
	if base, ok := a.X.(*python.Name); !ok || base.ID != "self" && base.ID != "cls" {
		return
	}
	if _, known := positionOf(a.Attr); known {
		return // read by its words wherever it stands
	}
	r.keepOwn(keepOwnAttrs, a.Attr, *s)
}

const minOwnAttr = 8 // letters of an attribute that is taken for the same in every class

// linkAttributes makes references of the values that classes give to such attributes.
func linkAttributes(inv *sbom.Inventory) {
	attrs := ownKeys(inv, keepOwnAttrs)
	if len(attrs) == 0 {
		return
	}
	have := map[pyFound]bool{}
	for i := range inv.References {
		r := &inv.References[i]
		have[pyFound{at: r.At, kind: r.Kind}] = true
	}
	for _, v := range inv.Scratch[keepModules] {
		m, ok := v.(*pySummary)
		if !ok {
			continue
		}
		var names []string
		for name := range m.exports {
			if _, attr, ok := strings.Cut(name, "."); ok && len(attrs[attr]) > 0 {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		for _, name := range names {
			_, attr, _ := strings.Cut(name, ".")
			for _, k := range attrs[attr] {
				for _, v := range m.exports[name] {
					if KindOf(v.text) != NameHub || have[pyFound{at: v.at, kind: k.sink.kind}] || !k.sink.accepts(v.text) {
						continue
					}
					have[pyFound{at: v.at, kind: k.sink.kind}] = true
					r := pyReader{}
					ref := r.draft(&k.sink, v.text, v.at)
					ref.How, ref.Confidence = "import", "medium"
					inv.References = append(inv.References, ref)
				}
			}
		}
	}
}

// linkOwn makes references of the values of settings that code of the source loads.
func linkOwn(inv *sbom.Inventory) {
	linkAttributes(inv)
	keys := ownKeys(inv, keepOwnKeys)
	if len(keys) == 0 {
		return
	}
	have := map[pyFound]bool{}
	for i := range inv.References {
		have[pyFound{at: inv.References[i].At, kind: inv.References[i].Name}] = true
	}
	for _, v := range inv.Scratch[keepOwnValues] {
		if o, ok := v.(*ownValue); ok && !have[pyFound{at: o.ref.At, kind: o.ref.Name}] {
			ownReferences(inv, o, keys)
		}
	}
}

// ownReferences records one value as everything that the setting nearest to it is loaded as.
func ownReferences(inv *sbom.Inventory, o *ownValue, keys map[string][]*ownKey) {
	group := o.key
	if i := strings.LastIndexByte(group, '.'); i >= 0 {
		group = group[i+1:]
	}
	list := keys[o.key]
	if len(list) == 0 {
		list = keys[group]
	}
	done := map[string]bool{}
	for _, k := range list {
		near := commonPrefix(k.path, o.ref.At.Path) > 0 || !strings.Contains(k.path, "/")
		bare := KindOf(o.ref.Name) == NameBare
		if done[k.sink.kind] || !near && (bare || len(list) > 1) || !k.sink.accepts(o.ref.Name) {
			continue
		}
		if bare && !legacyName(k.sink.kind, o.ref.Name) {
			continue // what a run before it wrote, an alias, a word for a table of the program
		}
		done[k.sink.kind] = true
		ref := New(k.sink.kind, k.sink.role, o.ref.Name, o.ref.At)
		ref.CallAt, ref.How, ref.Loader, ref.Confidence = o.ref.CallAt, o.ref.How, o.ref.Loader, "medium"
		inv.References = append(inv.References, ref)
	}
}
