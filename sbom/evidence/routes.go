package evidence

import (
	"bytes"
	"context"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
	"github.com/mlpolicy/mlpolicy/sbom/internal/tree"
)

// liteLLM reads the proxy configuration of LiteLLM (LiteLLM, "Proxy config.yaml").
var liteLLM = sbom.Collector{
	Name:     "evidence/litellm",
	Families: []sbom.Family{sbom.FamilyRoutes, sbom.FamilyGuards, sbom.FamilyWorkloads, sbom.FamilyDocuments},
	Match:    func(f *sbom.File) bool { return f.Ext() == ".yaml" || f.Ext() == ".yml" },
	Collect:  collectLiteLLM,
}

func collectLiteLLM(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	if !bytes.Contains(content, []byte("model_list:")) || !bytes.Contains(content, []byte("litellm")) {
		return nil
	}
	docs := tree.Of(f)
	docs.Problem(f, sbom.FamilyRoutes, out)
	for _, root := range docs.Docs {
		list := root.Get("model_list")
		if list == nil || list.Kind != tree.List {
			continue
		}
		document(f, "litellm", root, out)
		liteLLMWorkload(f, root, out)
		guards := liteLLMGuards(f, root, out)
		general := liteLLMLimits(f, root.Get("general_settings"))
		general = append(general, liteLLMLimits(f, root.Get("litellm_settings"))...)
		auth := sbom.TriOf(root.Get("general_settings", "master_key") != nil || root.Get("general_settings", "enable_jwt_auth").Tri() == sbom.Yes ||
			root.Get("general_settings", "custom_auth") != nil)
		for _, m := range list.Items {
			params := m.Get("litellm_params")
			route := sbom.Route{Name: m.Get("model_name").Str(), Kind: "litellm", LLM: sbom.Yes, Backends: nonEmpty(params.Get("model").Str()),
				Limits: append(liteLLMLimits(f, params), general...), Guards: guards, Auth: auth, TLS: sbom.Unstated, At: m.KeyAt(f.Path, "model_name")}
			if auth == sbom.No {
				// The key may come from LITELLM_MASTER_KEY: the file alone does not say.
				route.Auth = sbom.Unstated
			}
			out.Routes = append(out.Routes, route)
		}
	}
	return nil
}

// liteLLMWorkload states what the proxy keeps of what passes through it.
func liteLLMWorkload(f *sbom.File, root *tree.Node, out *sbom.Inventory) {
	w := serverWorkload(f, "litellm")
	w.Role, w.Kind = "gateway", "proxy configuration"
	for _, block := range []string{"general_settings", "litellm_settings"} {
		n := root.Get(block)
		if n.Get("store_prompts_in_spend_logs").Tri() == sbom.Yes {
			w.Settings["store_prompts"] = "on"
			w.At = n.KeyAt(f.Path, "store_prompts_in_spend_logs")
		}
		for _, key := range []string{"turn_off_message_logging", "redact_user_api_key_info"} {
			if n.Get(key).Tri() == sbom.Yes {
				w.Settings["redaction"] = "on"
			}
		}
	}
	if w.At.Line <= 1 {
		w.At = root.KeyAt(f.Path, "model_list")
	}
	out.Workloads = append(out.Workloads, w)
}

// liteLLMLimits reads the limits that may stand in any of the settings blocks. Limits of
// a model deployment are shared by all callers; those on keys and users are per identity.
func liteLLMLimits(f *sbom.File, n *tree.Node) []sbom.Limit {
	var out []sbom.Limit
	for _, l := range []struct{ name, kind, key string }{
		{"rpm", "requests", "global"}, {"tpm", "tokens", "global"}, {"max_budget", "budget", "global"},
		{"max_parallel_requests", "concurrency", "identity"}, {"global_max_parallel_requests", "concurrency", "global"},
		{"default_internal_user_params", "budget", "identity"}, {"default_user_max_budget", "budget", "identity"},
		{"max_internal_user_budget", "budget", "identity"}, {"default_key_generate_params", "budget", "identity"},
		{"upperbound_key_generate_params", "budget", "identity"}, {"max_end_user_budget", "budget", "identity"},
	} {
		if v := n.Get(l.name); v != nil {
			out = append(out, sbom.Limit{Kind: l.kind, Key: l.key, KeyName: l.name, Value: v.Str(), FailOpen: sbom.Unstated, At: n.KeyAt(f.Path, l.name)})
		}
	}
	return out
}

// liteLLMGuards reads the guardrails block; the mode says on which side a guard stands.
func liteLLMGuards(f *sbom.File, root *tree.Node, out *sbom.Inventory) []string {
	var names []string
	list := root.Get("guardrails")
	if list == nil {
		return nil
	}
	for _, g := range list.Items {
		name := g.Get("guardrail_name").Str()
		names = append(names, name)
		params := g.Get("litellm_params")
		for _, mode := range params.Get("mode").Strings() {
			side := "input"
			if mode == "post_call" {
				side = "output"
			}
			out.Guards = append(out.Guards, sbom.Guard{Route: "*", Name: name, Side: side, Kind: guardKind(params.Get("guardrail").Str()), At: g.KeyAt(f.Path, "guardrail_name")})
		}
	}
	return names
}

// semanticGuards are guards that classify meaning; the others compare text.
var semanticGuards = []string{"llama_guard", "llamaguard", "llama guard", "prompt_guard", "bedrock", "lakera", "aporia", "azure/", "model_armor", "modelarmor",
	"openai_moderation", "aim", "lasso", "pangea", "prisma", "self check", "content safety", "nemoguard", "shieldgemma", "granite_guardian", "jailbreak detection model",
	"patronus", "factcheck", "fact checking", "alignscore", "hallucination", "topic safety", "activefence", "autoalign", "cleanlab", "gcp text moderation", "llm_judge"}

// textGuards are guards that compare text: expressions, lists of words, shapes of
// personal data.
var textGuards = []string{"regex", "pattern", "blocked", "banned", "ban ", "blocklist", "block list", "keyword", "heuristic", "presidio", "hide-secrets", "hide_secrets", "sensitive data",
	"injection detection", "profanity", "substring"}

// guardKind tells how a guard looks at text; one that is written by its users is
// unresolved, because its name says nothing about what it does.
func guardKind(name string) string {
	lower := strings.ToLower(name)
	for _, s := range semanticGuards {
		if strings.Contains(lower, s) {
			return "semantic"
		}
	}
	if strings.Contains(lower, "length") || strings.Contains(lower, "max_token") {
		return "length"
	}
	for _, s := range textGuards {
		if strings.Contains(lower, s) {
			return "pattern"
		}
	}
	return "unresolved"
}

// nemoGuardrails reads the rails of a NeMo Guardrails config.yml (NeMo Guardrails,
// "Guardrails Configuration").
var nemoGuardrails = sbom.Collector{
	Name:     "evidence/nemo-guardrails",
	Families: []sbom.Family{sbom.FamilyGuards, sbom.FamilyDocuments},
	Match:    func(f *sbom.File) bool { return f.Ext() == ".yaml" || f.Ext() == ".yml" },
	Collect: func(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
		content, err := f.Bytes()
		if err != nil {
			return err
		}
		if !bytes.Contains(content, []byte("rails:")) || !bytes.Contains(content, []byte("flows:")) {
			return nil
		}
		docs := tree.Of(f)
		docs.Problem(f, sbom.FamilyGuards, out)
		for _, root := range docs.Docs {
			rails := root.Get("rails")
			if rails == nil {
				continue
			}
			document(f, "nemo-guardrails", root, out)
			for _, side := range []string{"input", "output", "retrieval", "dialog"} {
				flows := rails.Get(side, "flows")
				if flows == nil {
					continue
				}
				for _, flow := range flows.Items {
					out.Guards = append(out.Guards, sbom.Guard{Route: f.Dir(), Name: flow.Str(), Side: side, Kind: guardKind(flow.Str()), At: flow.At(f.Path)})
				}
			}
		}
		return nil
	},
}
