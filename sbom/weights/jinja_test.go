package weights

import (
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// goodTemplates have each part of the grammar once.
var goodTemplates = []string{
	"", "plain text with { and } and }}", "{# a comment {{ #}x", "{% raw %}{{ {% if }}{% endraw %}", "{%- raw -%} {% {%+ endraw +%}",
	"{{ a }}{{- a -}}{{ a.b['c'][0][1:2][::-1][:, 1].d() | f | g.h(1, x=2,) }}",
	"{{ -1 + +2.5e-3 ~ 0xff // 1_000 ** 2 % 3 if a and not b or c is not defined and d in (1, 2,) else 'x' 'y' if z }}",
	"{{ {'a': {'b': []}, \"c\\\"\": ()} }}{{ a, b }}{{ f(*a, **b) }}{{ a is divisibleby 3 }}{{ a is eq(1) }}{{ a not in b }}{{ a == b < c }}{{ a.0 }}",
	"{% for a, (b, c) in d.items() if a recursive %}{% continue %}{% break %}{% else %}{% endfor %}",
	"{% if a %}1{% elif b, c %}2{% elif d %}3{% else %}4{% endif %}",
	"{% set a = 1, 2 %}{% set n.x = 2 %}{% set b | upper %}t{% endset %}{% set a, b = c %}",
	"{% macro m(a, b=1) -%}{{ caller() }}{%- endmacro %}{% call(x) m(1) %}{% endcall %}{% call m() %}{% endcall %}",
	"{% generation %}{% endgeneration %}{% filter upper %}{% endfilter %}{% with a = 1, b = 2 %}{% endwith %}{% autoescape true %}{% endautoescape %}",
	"{% block a scoped %}{% endblock a %}{% include 'x' ignore missing with context %}{% import 'x' as y %}{% from 'x' import a as b, c %}{% do a.b(1) %}{% print a %}{% extends 'x' %}{% debug %}",
	"{% trans n=1 %}a{{ n }}{% pluralize %}b{% endtrans %}", "{{ größe.名 }}",
}

func TestJinjaSyntax(t *testing.T) {
	for _, text := range goodTemplates {
		if err := jinjaSyntax(text, true); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	for text, want := range map[string]string{
		"a\n{{ b":                           `line 2: the tag has no end "}}"`,
		"a\n\n{% if b":                      `line 3: the tag has no end "%}"`,
		"{# a\n":                            "line 1: the comment has no end",
		"{% raw %}":                         "the raw block has no end",
		"{{ 'a }}":                          "the string has no end",
		"{{ a) }}":                          `")" closes nothing`,
		"{{ (a] }}":                         `"]" closes nothing`,
		"{{ (a }}":                          `"}" closes nothing`,
		"{{ a ? b }}":                       "character '?' is none of an expression",
		"{{ a \x00 }}":                      "is none of an expression",
		"a\nb -}}":                          `line 2: "-}}" ends no tag`,
		"a if b %}c":                        `"%}" ends no tag`,
		"{% if a %}\n":                      `block "if" of line 1 has no "endif"`,
		"{% for a in b %}":                  `has no "endfor"`,
		"{% if a %}{% endfor %}{% endif %}": `block "if" of line 1 has no "endif"`,
		"x\n{% endif %}":                    `line 2: tag "endif" closes nothing`,
		"{% else %}":                        `tag "else" closes nothing`,
		"{% if a %}{% else %}{% else %}{% endif %}": `has no "endif"`,
		"{% if a %}{% endif b %}":                   `"b" where %} is expected`,
		"{% if %}{% endif %}":                       "%} where an expression is expected",
		"{% ig a %}":                                `no tag is named "ig"`,
		"{% 'a' %}":                                 "string where the name of a tag is expected",
		"{% for a b %}{% endfor %}":                 `"b" where "in" is expected`,
		"{% for 1 in b %}{% endfor %}":              "where name is expected",
		"{% set a b %}":                             `"b" where %} is expected`,
		"{% set a = %}":                             "where an expression is expected",
		"{% macro (a) %}{% endmacro %}":             "( where name is expected",
		"{% macro m(a b) %}{% endmacro %}":          `"b" where , is expected`,
		"{{ }}":                                     "}} where an expression is expected",
		"{{ a b }}":                                 `"b" where }} is expected`,
		"{{ a. }}":                                  "the name of an attribute",
		"{{ a.'b' }}":                               "the name of an attribute",
		"{{ a[] }}":                                 "] where an expression is expected",
		"{{ a[1:2:3:4] }}":                          "a slice has three colons",
		"{{ a + }}":                                 "where an expression is expected",
		"{{ a | }}":                                 "}} where name is expected",
		"{{ a is b is c }}":                         "a test follows a test",
		"{{ {'a' 1} }}":                             `"1" where : is expected`,
		"{{ [1 2] }}":                               `"2" where , is expected`,
		"{{ f(a b) }}":                              `"b" where , is expected`,
		"{{ " + strings.Repeat("(", 300) + strings.Repeat(")", 300) + " }}":                            "maxJinjaDepth",
		strings.Repeat("{% if a %}", 300) + strings.Repeat("{% endif %}", 300):                         "maxJinjaDepth",
		"{% for " + strings.Repeat("(", 300) + "a" + strings.Repeat(")", 300) + " in b %}{% endfor %}": "maxJinjaDepth",
	} {
		if err := jinjaSyntax(text, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
	if err := jinjaSyntax("{% url 'x' as y %}{% if a %}{% endif %}", false); err != nil {
		t.Errorf("a tag of an extension: %v", err)
	}
}

// TestTemplateSyntax holds files with a template that Jinja refuses to a problem that
// names its line.
func TestTemplateSyntax(t *testing.T) {
	good := "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"
	bad := "{% for m in messages %}{{ m['content'] }}\n{% endif %}"
	config := func(text string) string { return mustJSON(map[string]any{"a": 1, "chat_template": text}) }
	for _, tc := range []struct{ name, content, want string }{
		{"chat_template.jinja", good, ""},
		{"chat_template.jinja", bad, "line 1"},
		{"chat_template.jinja", good + "{% url a %}", "no tag"},
		{"web/chat.html.j2", good + "{% url a %}", ""},
		{"chat_template.jinja", good + "\xff", "not UTF-8"},
		{"chat_template.jinja", good + "\x00", "zero byte"},
		{"tokenizer_config.json", config(good), ""},
		{"tokenizer_config.json", config(bad), "line 1"},
		{"values.yaml", "chat_template: '{{ .Values.template }}'", ""},
	} {
		var inv sbom.Inventory
		if err := collectTemplate(t.Context(), sbom.NewFile(tc.name, []byte(tc.content)), &inv); err != nil {
			t.Fatal(err)
		}
		got := ""
		if len(inv.Problems) > 0 {
			got = inv.Problems[0].Reason
		}
		partial := len(inv.Weights) > 0 && inv.Weights[0].Content == "partial"
		if !strings.Contains(got, tc.want) || (got != "") != (tc.want != "") || partial != (tc.want != "") {
			t.Errorf("%s with %q: %q, want %q", tc.name, tc.content, got, tc.want)
		}
	}
}

func FuzzJinja(f *testing.F) {
	for _, text := range goodTemplates {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		strict, loose := jinjaSyntax(text, true), jinjaSyntax(text, false)
		if strict == nil && loose != nil {
			t.Errorf("is refused when tags of others are allowed: %v", loose)
		}
	})
}
