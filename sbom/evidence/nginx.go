package evidence

import (
	"bytes"
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// nginx reads reverse proxies in nginx configuration (nginx.org, "Configuration File's
// Structure"). Includes are not followed.
var nginx = sbom.Collector{
	Name:     "evidence/nginx",
	Families: []sbom.Family{sbom.FamilyRoutes},
	Match: func(f *sbom.File) bool {
		name := strings.ToLower(f.Name())
		if f.Ext() == ".conf" {
			return true
		}
		binary := bytes.Contains(f.Head, []byte{0}) // a package or picture of nginx
		return strings.Contains(name, "nginx") && f.Ext() != ".md" && (f.Size <= maxNginxBytes || !binary && !f.Bulk())
	},
	MaxBytes: maxNginxBytes,
	Collect:  collectNginx,
}

const (
	// maxNginxBytes bounds a configuration; the largest seen has 60 KiB, a larger one is a
	// Problem unless it is a log or a binary with nginx in its name.
	maxNginxBytes = 1 << 20
	// maxBlocks bounds nesting: http, server, location, limit_except and if are five.
	maxBlocks = 16
)

// llmAddress matches paths and hosts that language models are served under: the routes
// of the OpenAI, Ollama and TGI interfaces, and the names of the servers themselves.
var llmAddress = regexp.MustCompile(`(?i)/v1/(chat/)?completions|/v1/(embeddings|responses|messages)|/api/(generate|chat)\b|/generate(_stream)?\b|(^|[/.@:_-])(vllm|ollama|litellm|sglang|llama-?cpp|text-generation-inference|tgi|llm|api\.openai\.com|api\.anthropic\.com)([-.:/_]|$)`)

// directive is one statement with the block it opens.
type directive struct {
	args  []string
	line  int
	block []directive
}

func collectNginx(_ context.Context, f *sbom.File, out *sbom.Inventory) error {
	content, err := f.Bytes()
	if err != nil {
		return err
	}
	if !bytes.Contains(content, []byte("proxy_pass")) || bytes.Contains(content, []byte("{{")) || bytes.Contains(content, []byte("{%")) {
		return nil
	}
	p := &nginxParser{data: string(content), line: 1}
	root := p.block(0)
	n := nginxReader{file: f, out: out, zones: map[string]string{}}
	n.zone(root)
	n.walk(root, nginxScope{tls: sbom.No, auth: sbom.No})
	return nil
}

type nginxParser struct {
	data string
	pos  int
	line int
}

// block parses directives up to the closing brace.
func (p *nginxParser) block(depth int) []directive {
	var out []directive
	var d directive
	for {
		token, quoted, ok := p.token()
		switch {
		case !ok, token == "}" && !quoted:
			return out
		case token == ";" && !quoted:
			if len(d.args) > 0 {
				out = append(out, d)
			}
			d = directive{}
		case token == "{" && !quoted:
			if depth >= maxBlocks {
				return out
			}
			d.block = p.block(depth + 1)
			if len(d.args) > 0 { // a block without a name opens nothing that nginx knows
				out = append(out, d)
			}
			d = directive{}
		default:
			if len(d.args) == 0 {
				d.line = p.line
			}
			d.args = append(d.args, token)
		}
	}
}

func (p *nginxParser) token() (token string, quoted, ok bool) {
	for p.pos < len(p.data) {
		c := p.data[p.pos]
		switch {
		case c == '\n':
			p.line++
			p.pos++
		case c == ' ' || c == '\t' || c == '\r':
			p.pos++
		case c == '#':
			for p.pos < len(p.data) && p.data[p.pos] != '\n' {
				p.pos++
			}
		case c == ';' || c == '{' || c == '}':
			p.pos++
			return string(c), false, true
		case c == '"' || c == '\'':
			return p.quoted(c), true, true
		default:
			start := p.pos
			for p.pos < len(p.data) && !strings.ContainsRune(" \t\r\n;{}", rune(p.data[p.pos])) {
				if p.data[p.pos] == '$' && p.pos+1 < len(p.data) && p.data[p.pos+1] == '{' { // ${variable}
					p.pos += 2
					for p.pos < len(p.data) && p.data[p.pos] != '}' && p.data[p.pos] != '\n' {
						p.pos++
					}
				}
				if p.pos < len(p.data) {
					p.pos++
				}
			}
			return p.data[start:p.pos], false, true
		}
	}
	return "", false, false
}

func (p *nginxParser) quoted(quote byte) string {
	start := p.pos + 1
	for p.pos++; p.pos < len(p.data) && p.data[p.pos] != quote; p.pos++ {
		if p.data[p.pos] == '\n' {
			p.line++
		}
	}
	text := p.data[start:min(p.pos, len(p.data))]
	p.pos = min(p.pos+1, len(p.data))
	return text
}

// nginxScope is what a block inherits from those around it.
type nginxScope struct {
	name   string
	tls    sbom.Tri
	auth   sbom.Tri
	limits []sbom.Limit
}

type nginxReader struct {
	file  *sbom.File
	out   *sbom.Inventory
	zones map[string]string // zone → variable it is keyed on
}

// zone collects limit_req_zone and limit_conn_zone.
func (n nginxReader) zone(list []directive) {
	for _, d := range list {
		if (d.args[0] == "limit_req_zone" || d.args[0] == "limit_conn_zone") && len(d.args) > 2 {
			for _, a := range d.args[2:] {
				if name, ok := strings.CutPrefix(a, "zone="); ok {
					name, _, _ = strings.Cut(name, ":")
					n.zones[name] = d.args[1]
				}
			}
		}
		n.zone(d.block)
	}
}

func (n nginxReader) walk(list []directive, scope nginxScope) {
	scope.limits = slices.Clone(scope.limits)
	for _, d := range list {
		n.state(d, &scope)
	}
	for _, d := range list {
		switch d.args[0] {
		case "proxy_pass", "grpc_pass":
			n.route(d, scope)
		default:
			inner := scope
			if d.args[0] == "location" {
				inner.name = d.args[len(d.args)-1]
			}
			n.walk(d.block, inner)
		}
	}
}

func (n nginxReader) state(d directive, scope *nginxScope) {
	args := d.args[1:]
	switch d.args[0] {
	case "listen":
		if slices.Contains(args, "ssl") || slices.Contains(args, "443") {
			scope.tls = sbom.Yes
		}
	case "ssl_certificate":
		scope.tls = sbom.Yes
	case "auth_request", "auth_basic", "auth_jwt", "ssl_verify_client":
		scope.auth = sbom.TriOf(len(args) > 0 && args[0] != "off")
	case "access_by_lua_block", "access_by_lua_file", "js_access", "auth_jwt_key_file":
		scope.auth = sbom.Unresolved
	case "if":
		if strings.Contains(strings.Join(args, " "), "$http_authorization") || strings.Contains(strings.Join(args, " "), "$http_x_api_key") {
			scope.auth = sbom.Yes
		}
	case "limit_req", "limit_conn":
		l := sbom.Limit{Kind: "requests", FailOpen: sbom.No, At: sbom.At{Path: n.file.Path, Line: d.line}}
		if d.args[0] == "limit_conn" {
			l.Kind = "concurrency"
		}
		for i, a := range args {
			name := strings.TrimPrefix(a, "zone=")
			if key, ok := n.zones[name]; ok && (i == 0 || name != a) {
				l.Key, l.KeyName = nginxKey(key)
				l.Value = name
			}
		}
		if l.Key == "" {
			l.Key = "unstated"
		}
		scope.limits = append(scope.limits, l)
	}
}

// nginxKey classifies the variable a zone is keyed on.
func nginxKey(variable string) (key, name string) {
	switch {
	case strings.Contains(variable, "remote_addr"), strings.Contains(variable, "realip"):
		return "ip", variable
	case strings.Contains(variable, "$http_") || strings.Contains(variable, "$arg_") || strings.Contains(variable, "$cookie_"):
		return "header", variable
	case strings.Contains(variable, "$server_name"), strings.Contains(variable, "$host"):
		return "global", variable
	}
	return "identity", variable
}

func (n nginxReader) route(d directive, scope nginxScope) {
	if len(d.args) < 2 {
		return
	}
	host := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d.args[1], "http://"), "https://"), "grpc://")
	r := sbom.Route{Name: scope.name, Kind: "nginx", LLM: sbom.Unstated, Backends: []string{host}, Limits: scope.limits, Auth: scope.auth, TLS: scope.tls,
		At: sbom.At{Path: n.file.Path, Line: d.line}}
	if llmAddress.MatchString(scope.name) || llmAddress.MatchString(host) {
		r.LLM = sbom.Yes
	}
	if r.Name == "" {
		r.Name = host
	}
	n.out.Routes = append(n.out.Routes, r)
}
