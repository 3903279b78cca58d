package weights

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestTemplateAccesses(t *testing.T) {
	cases := []struct{ name, template, want string }{
		{"class walk", `{{ ''.__class__.__mro__[1].__subclasses__() }}`, "__class__ __mro__ __subclasses__"},
		{"subscript", `{{ ''['__class__'] }}`, "__class__"},
		{"single quoted escape", `{{ ''['\x5f\x5fclass\x5f\x5f'] }}`, "__class__"},
		{"octal escape", `{{ ''['\137\137class\137\137'] }}`, "__class__"},
		{"unicode escape", `{{ ''["\u005f_class__"] }}`, "__class__"},
		{"named escape", `{{ ''["\N{LOW LINE}_class__"] }}`, "__class__"},
		{"tilde join", `{{ ''['__cla' ~ 'ss__'] }}`, "__class__"},
		{"plus join", `{{ ''['__cla' + 'ss__'] }}`, "__class__"},
		{"adjacent literals", `{{ ''['__cla' 'ss__'] }}`, "__class__"},
		{"join of variables", `{% set a='__cla' %}{% set b='ss__' %}{{ ''[a~b] }}`, "__class__"},
		{"join filter", `{{ ''[['__','class','__']|join] }}`, "__class__"},
		{"join method", `{{ ''[''.join(['__','class','__'])] }}`, "__class__"},
		{"reverse", `{{ ''['__ssalc__'|reverse] }}`, "__class__"},
		{"slice", `{{ ''['__ssalc__'[::-1]] }}`, "__class__"},
		{"replace", `{{ ''['XXclassXX'|replace('X','_')] }}`, "__class__"},
		{"repeat", `{{ ''['_'*2 ~ 'class' ~ '_'*2] }}`, "__class__"},
		{"lower", `{{ ''['__CLASS__'.lower()] }}`, "__class__"},
		{"percent c", `{{ ''['%c%cclass%c%c'|format(95,95,95,95)] }}`, "__class__"},
		{"percent operator", `{{ ''['%sclass%s' % ('__','__')] }}`, "__class__"},
		{"attr filter", `{{ x|attr('y') }}`, "|attr"},
		{"attr filter split", `{{ x | attr("__in"~"it__") }}`, "__init__ |attr"},
		{"map attr", `{{ [x]|map('attr','y')|list }}`, "|attr"},
		{"map attribute", `{{ [x]|map(attribute='__class__')|list }}`, "__class__"},
		{"filter block", `{% filter attr('x') %}y{% endfilter %}`, "|attr"},
		{"lipsum", `{{ lipsum.__globals__['os'].popen('id').read() }}`, "__globals__ lipsum popen"},
		{"cycler", `{{ cycler.__init__ }}`, "__init__ cycler"},
		{"joiner", `{% set j = joiner %}{{ j }}`, "joiner"},
		{"self", `{{ self._TemplateReference__context }}`, "_TemplateReference__context self"},
		{"request", `{{ request.application }}`, "request"},
		{"config", `{{ config.items() }}`, "config"},
		{"in a dead branch", `{% if false %}{{ x.__class__ }}{% endif %}`, "__class__"},
		{"format string", `{{ ("{0" ~ ".x}").format(y) }}`, ".format()"},
		{"format with attribute", `{{ "{0.x}".format(y) }}`, ".format()"},
		{"frame", `{{ x.gi_frame.f_globals }}`, "f_globals gi_frame"},
		{"include", `{% include "/etc/passwd" %}`, "{% include %}"},
		{"import", `{%- from "x" import y -%}`, "{% from %}"},
		{"behind a comment", `{# x #}{{ x.__class__ }}`, "__class__"},
		{"behind a dictionary", `{{ {'a': {'b': 1}} }}{{ x.__class__ }}`, "__class__"},
		{"raw is not closed", `{% raw %}{{ x.__class__ }}`, "__class__"},
		{"syntax error first", `{{ ) ( ] }} {{ x.__class__ }}`, "__class__"},

		{"in a comment", `{# x.__class__ #}`, ""},
		{"in raw", `{% raw %}{{ x.__class__ }}{% endraw %}`, ""},
		{"in text", `__class__ lipsum`, ""},
		{"dunder text", `{{ '<|__start__|>' }}{{ message['__key'] }}`, ""},
		{"joiner called", `{% set comma = joiner(", ") %}{{ comma() }}`, ""},
		{"own config", `{% set config = {'a': 1} %}{{ config.a }}`, ""},
		{"macro argument", `{% macro f(self, config) %}{{ config.a }}{% endmacro %}`, ""},
		{"attribute of that name", `{{ message.config }}{{ message['self'] }}`, ""},
		{"keyword of that name", `{{ f(config=1) }}`, ""},
		{"plain format", `{{ "{} and {}".format(a, b) }}`, ""},
		{"format filter", `{{ "%s"|format(a) }}`, ""},
		{"go template", `{{ if .System }}{{ .System }}{{ end }}`, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if got := strings.Join(templateAccesses(tc.template), " "); got != tc.want {
				t.Errorf("accesses of %s\n got %q\nwant %q", tc.template, got, tc.want)
			}
		})
	}
}

// chatTemplates have the constructs of the templates that public models ship.
var chatTemplates = map[string]string{
	"chatml": `{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a helpful assistant.<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}`,
	"tools": `{{- bos_token }}
{%- if custom_tools is defined %}{%- set tools = custom_tools %}{%- endif %}
{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- else %}{%- set date_string = "26 Jul 2024" %}{%- endif %}{%- endif %}
{%- if messages[0]['role'] == 'system' %}{%- set system_message = messages[0]['content']|trim %}{%- set messages = messages[1:] %}{%- else %}{%- set system_message = "" %}{%- endif %}
{%- for t in tools %}{{- t | tojson(indent=4) }}{{- "\n\n" }}{%- endfor %}
{%- for message in messages %}{%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' }}
{%- elif 'tool_calls' in message %}{%- if not message.tool_calls|length == 1 %}{{- raise_exception("This model only supports single tool-calls at once!") }}{%- endif %}
{%- set tool_call = message.tool_calls[0].function %}{%- for arg_name, arg_val in tool_call.arguments | items %}{{- arg_name + '="' + arg_val + '"' }}{%- if not loop.last %}{{- ", " }}{%- endif %}{%- endfor %}{%- endif %}{%- endfor %}`,
	"thinking": `{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}{%- set index = (messages|length - 1) - loop.index0 %}{%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}{%- set ns.multi_step_tool = false %}{%- set ns.last_query_index = index %}{%- endif %}{%- endfor %}
{%- for message in messages %}{%- set content = message.content %}{%- if '</think>' in content %}{%- set reasoning_content = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}{%- set content = content.split('</think>')[-1].lstrip('\n') %}{%- endif %}{{- content.strip() }}{%- endfor %}`,
	"macros": `{%- macro render_typescript_type(param_spec, required_params, is_nullable=false) -%}{%- if param_spec.type == "array" -%}{%- if param_spec['items'] -%}{{- param_spec['items']['type'] or "any" }}[]{%- endif %}{%- elif param_spec.enum is defined and param_spec.enum -%}{{ '"' + param_spec.enum|join('" | "') + '"' }}{%- elif param_spec.properties -%}{%- for prop_name, prop_spec in param_spec.properties.items() -%}{{- prop_name -}}{%- if prop_name not in (param_spec.required or []) -%}{{- "?" }}{%- endif -%}{%- endfor -%}{%- endif -%}{%- endmacro -%}
{%- for key, value in message.items() | selectattr('role', 'equalto', 'user') | map(attribute='content') | list %}{{ value | string | upper | replace('a', 'b') | default('', true) }}{%- endfor %}{% generation %}x{% endgeneration %}`,
	"mistral": `{{ bos_token }}{%- if messages[0]["role"] == "system" %}{%- set loop_messages = messages[1:] %}{%- endif %}{%- set user_messages = loop_messages | selectattr("role", "equalto", "user") | list %}{%- for tool in tools %}{%- set tool = tool.function %}{{- '{"type": "function", "function": {' }}{%- for key, val in tool.items() if key != "return" %}{%- if val is string %}{{- '"' + key + '": "' + val + '"' }}{%- else %}{{- '"' + key + '": ' + val|tojson }}{%- endif %}{%- endfor %}{{- "}}" }}{%- endfor %}{%- if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate') }}{% endif %}`,
}

func TestOrdinaryChatTemplates(t *testing.T) {
	for name, text := range chatTemplates {
		if got := templateAccesses(text); len(got) > 0 {
			t.Errorf("%s: accesses %q", name, got)
		}
	}
}

func TestTemplateFiles(t *testing.T) {
	evil, good := `{{ x.__class__ }}`, `{{ messages }}`
	cases := []struct {
		path, content string
		want          map[string]int // key → number of accesses
	}{
		{"m/tokenizer_config.json", mustJSON(map[string]any{"chat_template": evil}), map[string]int{"chat_template": 1}},
		{"m/tokenizer_config.json", mustJSON(map[string]any{"chat_template": []map[string]string{{"name": "default", "template": good}, {"name": "x", "template": evil}}}),
			map[string]int{"chat_template.template": 1}},
		{"m/chat_template.json", mustJSON(map[string]any{"chat_template": good}), map[string]int{"chat_template": 0}},
		{"m/chat_template.jinja", evil, map[string]int{"": 1}},
		{"m/additional_chat_templates/tool.jinja", evil, map[string]int{"": 1}},
		{"recipe.yaml", "model: x\nchat_template: |\n  {{ x.__class__ }}\n", map[string]int{"chat_template": 1}},
		{"recipe.yaml", "chat_template: llama3\n", nil},
		{"other.json", mustJSON(map[string]any{"nested": map[string]any{"chat_template": evil}}), map[string]int{"chat_template": 1}},
		{"m/tokenizer_config.json", mustJSON(map[string]any{"model_max_length": 1}), nil},
	}
	for _, tc := range cases {
		f := sbom.NewFile(tc.path, []byte(tc.content))
		if !templateCollector.Match(f) {
			t.Errorf("%s is not matched", tc.path)
		}
		var out sbom.Inventory
		if err := templateCollector.Collect(t.Context(), f, &out); err != nil {
			t.Fatal(err)
		}
		var got map[string]int
		for _, w := range out.Weights {
			got = map[string]int{}
			for _, tpl := range w.Templates {
				got[tpl.Key] = max(got[tpl.Key], len(tpl.Accesses))
			}
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.path, diff)
		}
	}
	for _, other := range []string{"web/page.jinja", "package.json", "values.yaml"} {
		if templateCollector.Match(sbom.NewFile(other, []byte("<p>{{ request.path }}</p>"))) {
			t.Errorf("%s is matched", other)
		}
	}
}

func FuzzTemplate(f *testing.F) {
	for _, text := range chatTemplates {
		f.Add(text)
	}
	f.Add(`{{ ''['%c%cclass'|format(95,95)] }}{% set a = "\N{LOW LINE}" ~ '_' * 3 %}{{ [a,a]|join|reverse }}`)
	f.Fuzz(func(t *testing.T, text string) {
		if n := len(templateAccesses(text)); n > maxAccesses {
			t.Errorf("%d accesses", n)
		}
	})
}
