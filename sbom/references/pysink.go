package references

import (
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// pySink is an argument that is loaded, published or written, with what the call says
// about it.
type pySink struct {
	kind, role, host, flags string
	loader                  string
	callAt                  sbom.At
	revision                string
	revisionState           string // "" none, resolved, unresolved
	revisionParam           *pyParam
	trust                   sbom.Tri
	trustParam              *pyParam
	split                   string
	unpacks                 bool // **kwargs may hold a revision
}

// unpinned is the place without the revision it asks for.
func (s pySink) unpinned() pySink {
	s.revision, s.revisionState, s.revisionParam = "", "", nil
	return s
}

func (s *pySink) has(flag string) bool { return strings.Contains(s.flags, flag) }

// callSays reads what stands beside the name in the call. It is false when the call
// loads something that is neither model nor dataset (a Space), or loads nothing.
func (r *pyReader) callSays(c *pyCall, s *pySink) bool {
	s.trust = sbom.Unstated
	for i := range c.node.Keywords {
		k := &c.node.Keywords[i]
		v := pyValue{k.Value, c.scope, c.block, "keyword"}
		switch k.Name {
		case "revision":
			r.revision(v, s)
		case "trust_remote_code":
			s.trust, s.trustParam = r.tri(v)
		case "repo_type":
			text, known, _ := r.x.constant(v)
			if known && text == "dataset" {
				s.kind = "dataset"
				if s.role == "base" {
					s.role = "train"
				}
			}
			if known && text == "space" {
				return false
			}
		case "hub":
			if text, _, _ := r.x.constant(v); s.host == "modelscope" && text == "hf" { // FunASR
				s.host = ""
			}
		case "model_version":
			if s.host == "sagemaker" { // JumpStart: the version of the model's listing
				r.revision(v, s)
			}
		case "split":
			s.split, _, _ = r.x.constant(v)
		case "pretrained":
			if text := r.x.render(v); s.host == "timm" && text == "False" {
				return false
			}
		case "source":
			if text, _, _ := r.x.constant(v); s.host == "torchhub" && text == "local" {
				s.host, s.flags = "", s.flags+"|path"
			}
		case "type":
			if text, _, _ := r.x.constant(v); s.host == "wandb" && text == "dataset" {
				s.kind, s.role = "dataset", "train"
			}
		case "":
			r.unpacked(v, s)
		}
	}
	if s.host == "timm" && c.node.Arg("pretrained", 1) == nil {
		return false
	}
	if s.kind == "dataset" && s.role == "train" && evalSplit(s.split) {
		s.role = "eval"
	}
	return true
}

func evalSplit(split string) bool {
	split = strings.ToLower(split)
	return split != "" && !strings.Contains(split, "train") && (strings.Contains(split, "test") || strings.Contains(split, "valid") || strings.HasPrefix(split, "eval"))
}

// revision reads the revision a call asks for.
func (r *pyReader) revision(v pyValue, s *pySink) {
	r.x.steps = maxSteps
	var found []string
	unknown := false
	for _, t := range r.x.terms(v, 0) {
		if t.param != nil {
			s.revisionParam = t.param
			continue
		}
		if c, ok := t.e.(*python.Const); ok && c.Text == "None" {
			continue
		}
		text, known, isText := r.x.text(t.pyValue, 0)
		switch {
		case isText && known && t.imported == "":
			if !slices.Contains(found, text) {
				found = append(found, text)
			}
		default:
			unknown = true
		}
	}
	switch {
	case len(found) == 1 && !unknown:
		s.revision, s.revisionState = found[0], "resolved"
	case unknown || len(found) > 1 || s.revisionParam != nil:
		s.revisionState = "unresolved"
	}
}

// unpacked looks into **{...} and **dict(...) for what a call says.
func (r *pyReader) unpacked(v pyValue, s *pySink) {
	r.x.steps = maxSteps
	for _, t := range r.x.terms(v, 0) {
		entry := func(name string, e python.Expr) {
			val := pyValue{e, t.scope, t.block, "keyword"}
			switch {
			case name == "revision" && s.revisionState == "":
				r.revision(val, s)
			case name == "trust_remote_code" && s.trust == sbom.Unstated:
				s.trust, s.trustParam = r.tri(val)
			}
		}
		switch e := t.e.(type) {
		case *python.Dict:
			for i, k := range e.Keys {
				entry(stringOf(k), e.Values[i])
			}
		case *python.Call:
			if python.Dotted(e.Func) == "dict" {
				for i := range e.Keywords {
					entry(e.Keywords[i].Name, e.Keywords[i].Value)
				}
				continue
			}
			s.unpacks = true
		default:
			s.unpacks = true
		}
	}
}

func (r *pyReader) tri(v pyValue) (sbom.Tri, *pyParam) {
	r.x.steps = maxSteps
	state, param := sbom.Unstated, (*pyParam)(nil)
	for _, t := range r.x.terms(v, 0) {
		one := sbom.Unresolved
		if c, ok := t.e.(*python.Const); ok && t.imported == "" && t.param == nil {
			one = map[string]sbom.Tri{"True": sbom.Yes, "False": sbom.No, "None": sbom.Unstated}[c.Text]
		}
		if t.param != nil {
			param = t.param
			continue
		}
		if state != sbom.Unstated && state != one {
			one = sbom.Unresolved
		}
		state = one
	}
	if state == sbom.Unstated && param != nil {
		state = sbom.Unresolved
	}
	return state, param
}

// nameSays refines the role by the name of the variable that is passed.
func (r *pyReader) nameSays(e python.Expr, s *pySink) {
	var name string
	switch e := e.(type) {
	case *python.Name:
		name = e.ID
	case *python.Attribute:
		name = e.Attr
	default:
		return
	}
	pos, ok := positionOf(strings.ToLower(name))
	if ok && pos.kind == s.kind && s.role == "base" && pos.role != "push" && pos.role != "output" {
		s.role = pos.role
	}
}

// isWord tells a setting ("scratch", "resume") from a name with a number or a dash.
func isWord(text string) bool {
	return !strings.ContainsAny(text, "0123456789-/.:")
}

// accepts tells whether a text can be what the argument names.
func (s *pySink) accepts(text string) bool {
	if s.kind == "dataset" && s.host == "" {
		text = datasetName(text)
	}
	if placeholder(text) || s.kind == "dataset" && builders[text] || s.kind == "tokenizer" && ofService(text) {
		return false
	}
	kind := KindOf(s.lookup(text))
	switch {
	case kind == NameNone:
		return s.host == "clip" && text != "" // ViT-B/32@336px
	case s.host == "bedrock" && kind == NameBare:
		return strings.Contains(text, ".") // vendor.model
	case s.has("hosted"):
		return hostedName(s.host, text)
	case s.has("remote"):
		return kind == NameURL || kind == NameBucket || kind == NameHub && strings.Contains(text, "://")
	case s.has("shaped"):
		return position{s.kind, s.role, true}.accepts(text)
	}
	return true
}

// hosted are services that look names up in a list of their own; a name of the shape
// org/name is one of the hub there too.
var hosted = map[string]bool{"openai": true, "anthropic": true, "groq": true, "mistral": true, "google": true, "bedrock": true, "together": true, "nvidia": true, "gpt4all": true, "whisper": true, "ollama": true, "keras": true, "mlflow": true}

// lookup is the name that is looked up: timm and open_clip mark those of the hub.
func (s *pySink) lookup(name string) string {
	if s.host == "timm" || s.host == "open_clip" {
		for _, p := range []string{"hf_hub:", "hf-hub:"} {
			if rest, ok := strings.CutPrefix(name, p); ok {
				return "hf://" + rest
			}
		}
	}
	return name
}

// draft makes the reference for a name.
func (r *pyReader) draft(s *pySink, name string, at sbom.At) sbom.Reference {
	lookup, revision := s.lookup(name), ""
	if s.host == "torchhub" {
		lookup, revision, _ = strings.Cut(name, ":")
	}
	ref := New(s.kind, s.role, lookup, at)
	if s.kind != "dataset" {
		ref.Name = name
	}
	if s.host != "" && !strings.HasPrefix(lookup, "hf") && ref.State == sbom.StateResolved {
		if kind := KindOf(lookup); s.host == "modelscope" {
			if kind == NameHub || kind == NameBare && !folderName(lookup) {
				setHost(&ref, s.host, lookup)
			}
		} else if !hosted[s.host] && !s.has("hosted") || kind != NameHub && kind != NameRegistry && kind != NameURL && kind != NameBucket {
			setHost(&ref, s.host, lookup)
			ref.Revision, ref.RevisionKind = "", sbom.RevisionNone
			SetRevision(&ref, revision)
		}
	}
	if s.has("path") && (ref.Host == "huggingface" || ref.Host == "ollama") && !strings.Contains(name, "://") && KindOf(name) != NameHub {
		ref.Host, ref.URI = "local", "./"+strings.TrimPrefix(name, "./")
	}
	if s.has("guess") {
		ref.Confidence = "medium"
	}
	ref.CallAt, ref.Loader, ref.Split, ref.TrustRemoteCode = s.callAt, s.loader, s.split, s.trust
	if s.role != "push" && s.role != "output" && (ref.Host == "huggingface" || ref.Host == "" || ref.Host == "modelscope" || ref.Host == "sagemaker") {
		switch s.revisionState {
		case "resolved":
			SetRevision(&ref, s.revision)
		case "unresolved":
			ref.RevisionKind = sbom.RevisionUnresolved
		}
	}
	return ref
}

func revisionOf(s *pySink) string {
	switch s.revisionState {
	case "resolved":
		return RevisionKind(s.revision)
	case "unresolved":
		return sbom.RevisionUnresolved
	}
	return sbom.RevisionNone
}

// passes reads the revision that a call of a wrapper passes on.
func (r *pyReader) passes(c *pyCall, s *pySink) {
	if s.revisionParam != nil {
		if e := c.node.Arg(s.revisionParam.name, s.revisionParam.index); e != nil {
			s.revision, s.revisionState, s.revisionParam = "", "", nil
			r.revision(pyValue{e, c.scope, c.block, "keyword"}, s)
		} else if s.revision == "" {
			s.revisionState = ""
		}
	}
	if s.trustParam != nil {
		if e := c.node.Arg(s.trustParam.name, s.trustParam.index); e != nil {
			s.trust, s.trustParam = r.tri(pyValue{e, c.scope, c.block, "keyword"})
		}
	}
	if s.unpacks {
		if e := c.node.Arg("revision", -1); e != nil && s.revisionState == "" {
			r.revision(pyValue{e, c.scope, c.block, "keyword"}, s)
		}
		if e := c.node.Arg("trust_remote_code", -1); e != nil && s.trust == sbom.Unstated {
			s.trust, s.trustParam = r.tri(pyValue{e, c.scope, c.block, "keyword"})
		}
	}
}
