package weights

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// templateCollector finds chat templates outside of weight files: tokenizer_config.json
// in its string and list form, chat_template.json, chat_template.jinja, and any other
// JSON or YAML with a chat_template.
var templateCollector = sbom.Collector{
	Name:     "weights/template",
	Families: []sbom.Family{sbom.FamilyWeights},
	Match:    matchTemplate,
	Collect:  collectTemplate,
}

// tokenizerFiles are the files of transformers and llama.cpp that may hold a template
// behind the first bytes; other files must show the key early.
var tokenizerFiles = []string{"token", "template", "processor", "chat"}

func matchTemplate(f *sbom.File) bool {
	name := strings.ToLower(f.Name())
	switch f.Ext() {
	case ".jinja", ".jinja2", ".j2":
		return isChatTemplate(f)
	case ".json":
		if strings.HasSuffix(name, ".index.json") || name == "tokenizer.json" {
			return false // the vocabulary: 10 MB, and transformers reads no template from it
		}
		for _, part := range tokenizerFiles {
			if strings.Contains(name, part) {
				return true
			}
		}
		return bytes.Contains(f.Head, []byte("chat_template"))
	case ".yaml", ".yml":
		return bytes.Contains(f.Head, []byte("chat_template"))
	}
	return false
}

// isChatTemplate tells a chat template from a template of a web page or a recipe.
func isChatTemplate(f *sbom.File) bool {
	name := strings.ToLower(f.Path)
	return strings.Contains(path.Base(name), "chat") || strings.Contains(name, "additional_chat_templates/") ||
		bytes.Contains(f.Head, []byte("messages")) || bytes.Contains(f.Head, []byte("add_generation_prompt"))
}

func collectTemplate(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	if isPointer(f) {
		pointerToTemplate(f, content, out)
		return nil
	}
	digest, source := f.SHA256()
	w := sbom.Weights{
		Path: f.Path, Format: "chat-template", SizeBytes: f.Size, SHA256: digest, DigestSource: source, Content: "read",
		Executable: sbom.No, CoversFile: sbom.Unstated, At: sbom.At{Path: f.Path},
	}
	switch f.Ext() {
	case ".jinja", ".jinja2", ".j2":
		addTemplate(&w, "", string(content), 0)
		checkTemplate(&w, sbom.At{Path: f.Path}, string(content), ownTemplate(f.Path), out)
	default:
		if !bytes.Contains(content, []byte("chat_template")) && !templateFiles[strings.ToLower(f.Name())] {
			return nil
		}
		docs := tree.Of(f)
		if docs.Err != nil {
			docs.Problem(f, sbom.FamilyWeights, out)
		}
		var check func(*tree.Node)
		if f.Ext() == ".json" { // in YAML a template of Helm may stand where one of Jinja will
			check = func(n *tree.Node) { checkTemplate(&w, n.At(f.Path), n.Text, ownTemplate(f.Path), out) }
		}
		for _, doc := range docs.Docs {
			findTemplates(&w, doc, "", check)
		}
	}
	if len(w.Templates) > 0 {
		out.Weights = append(out.Weights, w)
	}
	return nil
}

// ownTemplate tells a file that transformers reads: its templates have no tags but those
// that transformers knows.
func ownTemplate(name string) bool {
	return templateFiles[strings.ToLower(path.Base(name))] || strings.Contains(strings.ToLower(name), "additional_chat_templates/")
}

// checkTemplate makes a problem of a template that Jinja refuses.
func checkTemplate(w *sbom.Weights, at sbom.At, text string, strict bool, out *sbom.Inventory) {
	err := jinjaSyntax(text, strict)
	switch {
	case !utf8.ValidString(text): // transformers reads it as UTF-8
		err = errors.New("it is not UTF-8")
	case strings.IndexByte(text, 0) >= 0:
		err = errors.New("it has a zero byte")
	}
	if err != nil {
		w.Content = "partial"
		out.AddProblem(at, sbom.FamilyWeights, "malformed", fmt.Sprintf("chat template is none of Jinja: %v", err))
	}
}

// templateFiles are the files from which transformers reads templates: what cannot be read
// of one, or was not fetched, may be one.
var templateFiles = map[string]bool{
	"tokenizer_config.json": true, "chat_template.json": true, "chat_templates.json": true, "chat_template.jinja": true, "processor_config.json": true,
}

// pointerToTemplate states that the file with the template of a model was not fetched.
func pointerToTemplate(f *sbom.File, content []byte, out *sbom.Inventory) {
	if !templateFiles[strings.ToLower(f.Name())] && !strings.Contains(strings.ToLower(f.Path), "additional_chat_templates/") {
		return
	}
	w := sbom.Weights{
		Path: f.Path, Format: "chat-template", SizeBytes: f.Size, DigestSource: "none", Content: "not_fetched",
		Executable: sbom.No, CoversFile: sbom.Unstated, At: sbom.At{Path: f.Path},
	}
	if oid, size, err := parsePointer(content); err == nil {
		w.SHA256, w.SizeBytes, w.DigestSource = oid, size, "lfs_pointer"
	}
	out.AddProblem(sbom.At{Path: f.Path, Offset: -1}, sbom.FamilyWeights, "not_fetched", "only a Git LFS pointer is here, to a file that may hold a chat template")
	out.Weights = append(out.Weights, w)
}

// findTemplates walks a document to every key that names a chat template. The depth of
// the document is bounded by package tree. check, which may be nil, is called with each.
func findTemplates(w *sbom.Weights, n *tree.Node, key string, check func(*tree.Node)) {
	if n == nil {
		return
	}
	named := strings.Contains(key, "chat_template")
	switch n.Kind {
	case tree.Map:
		// [{"name": "tool_use", "template": "…"}]: the list form of transformers
		for _, pair := range n.Pairs {
			sub := pair.Key
			if named {
				sub = key + "." + pair.Key
			}
			findTemplates(w, pair.Value, sub, check)
		}
	case tree.List:
		for _, item := range n.Items {
			findTemplates(w, item, key, check)
		}
	case tree.String:
		if named && (strings.Contains(n.Text, "{{") || strings.Contains(n.Text, "{%")) {
			addTemplate(w, clip(key, maxNameBytes), n.Text, 0)
			if check != nil {
				check(n)
			}
		}
	}
}
