package references

import (
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom/internal/python"
)

// questions are arguments that a service is asked with. A call that takes a model's name
// beside one of them asks for that model, whichever client it is made with.
var questions = set("messages", "prompt", "prompts", "input", "inputs", "contents", "texts", "documents", "query", "question", "text")

// modelArguments are the keywords under which clients take the name of a model.
var modelArguments = []string{"model", "model_name", "model_id", "modelId", "deployment_name", "azure_deployment", "modelName"}

// asked reads a call of a client that no row of the table speaks of: client.chat(model=…,
// messages=…), ChatFireworks(model=…), Agent(provider="groq", model=…).
func (r *pyReader) asked(c *pyCall) bool {
	if len(c.node.Keywords) == 0 {
		return false
	}
	var e python.Expr
	for _, name := range modelArguments {
		if e = c.node.Arg(name, -1); e != nil {
			break
		}
	}
	if e == nil || r.x.function(c.node.Func, c.scope) != nil || r.x.own(c.name) {
		return false
	}
	words := calleeWords(last(c.name))
	host := ""
	if isClass(last(c.name)) {
		host = serviceIn(words)
	}
	for _, key := range providerKeys {
		if p := c.node.Arg(key, -1); host == "" && p != nil {
			text, known, _ := r.x.constant(pyValue{p, c.scope, c.block, "call"})
			if known {
				host = serviceNamed(text)
			}
		}
	}
	if host == "" {
		for i := range c.node.Keywords {
			if questions[c.node.Keywords[i].Name] && c.node.Arg("model", -1) != nil {
				host = "openai"
			}
		}
		if _, attribute := c.node.Func.(*python.Attribute); !attribute && last(c.name) != "completion" && last(c.name) != "acompletion" && last(c.name) != "embedding" {
			return false // a function, not a client
		}
	}
	if host == "" {
		return false
	}
	s := pySink{kind: "model", role: "serve", host: host, flags: "quiet|hosted", loader: c.name, callAt: r.x.m.At(c.node.Pos())}
	for _, w := range words {
		if strings.HasPrefix(w, "embed") || strings.HasPrefix(w, "rerank") {
			s.role = "embedding"
		}
	}
	if !r.callSays(c, &s) {
		return false
	}
	before := len(r.out.References)
	r.load(pyValue{e, c.scope, c.block, "call"}, &s)
	return len(r.out.References) > before
}
