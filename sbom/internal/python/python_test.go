package python

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// calls lists "name@line:column" of every call in source order.
func calls(m *Module) []string {
	var out []string
	InspectBody(m.Body, func(n Node) bool {
		if c, ok := n.(*Call); ok {
			at := m.AtNode(c)
			out = append(out, fmt.Sprintf("%s@%d:%d", Dotted(c.Func), at.Line, at.Column))
		}
		return true
	})
	return out
}

func TestSyntaxIsAccepted(t *testing.T) {
	cases := []struct{ name, src string }{
		{"pep 701 same quotes", `x = f"{d["a"]}"`},
		{"pep 701 nested", `x = f"{f"{f"{1+1}"}"}"`},
		{"pep 701 comment and newline", "x = f'''{\n  a # ' comment }\n}'''"},
		{"format specification", `x = f"{a:>{width}.{prec}f}" f"{b!r:^10}" f"{c=}" f"{d = !s}"`},
		{"walrus-like format", `x = f"{a:=10}"`},
		{"lambda and dict in parentheses", `x = f"{(lambda y: y)(1)} { {1: 2}[1] }"`},
		{"doubled braces", `x = f"{{not a field}} {a}}}"`},
		{"named unicode", `x = f"\N{EM DASH}{a}"`},
		{"raw f-string", `x = rf"\d{n}\{m}"`},
		{"t-string", `x = t"{a}" rt"\{b}"`},
		{"type parameters", "def f[T: int, *Ts, **P](x: T) -> T: pass\nclass A[T = int](B[T]): pass\ntype X[T] = list[T]"},
		{"match", "match x, y:\n  case (1 | 2) as n, {'a': [b, *_], **rest}: pass\n  case P(x=0, y=Q()) if f(n): pass\n  case -1+2j | None | a.b: pass"},
		{"match is a name", "match = 1\nmatch(x)\nmatch[x]: int = 3\nmatch.group(1)\nmatch -x\nprint(match, case)"},
		{"type is a name", "type = 3\ntype(x)\ntype[x]\nx = type if type else type"},
		{"parenthesised with", "with (open(a) as b, open(c) as d,): pass\nwith (a, b) as c: pass\nwith (yield): pass\nwith (a): pass\nwith (a) as b, c: pass"},
		{"except star and bare tuple", "try: pass\nexcept* (A, B) as e: pass\ntry: pass\nexcept A, B: pass"},
		{"async", "async def f():\n  async with a as b: pass\n  async for x in y: pass\n  return [await z async for z in q if await z]"},
		{"star expressions", "a, *b = *c, d\nfor x in *a, *b: pass\nreturn_ = x[*a, 1:2, ::3]\nprint(*a, **b, c=1)"},
		{"decorators", "@a.b[c](d)\n@(lambda f: f)\n@x if y else z\ndef f(a, /, b, *, c=1, **d): pass"},
		{"numbers", "x = 0xFor x if 0 else 1_000.5e-3j + 1. + .5 + 1..real + 0b1 + 0O7 + 1if 1else 2"},
		{"semicolons and one-line blocks", "if x: a = 1; b = 2;\nclass A: x = 1; y: int\nwhile 1: pass\nelse: pass"},
		{"line continuation", "x = 1 + \\\n  2\nif a and \\\n   b:\n    pass"},
		{"form feed and tabs", "\f\nif x:\n\ty = 1\n        z = 2\n"},
		{"carriage returns", "if x:\r\n  y = 1\r\nz = 2\r"},
		{"only a comment", "# nothing"},
		{"python 2", "print 'a', b\nprint\nexec 'x' in y\nraise E, 'm'\nexcept_ = `x`\nx <> y\nn = 10L\nu = ur'x'"},
		{"global and del", "global a, b\nnonlocal c\ndel a, b[0], (c)\nassert x, 'm'"},
		{"walrus", "if (n := len(a)) > 1: pass\n[y := 1, y**2]\nx[a := 1]\nf(a := 2)"},
		{"byte order mark", "\xef\xbb\xbfx = 1"},
		{"yield", "def f():\n  x = yield\n  y = yield 1, *a\n  yield from z\n  await x"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := Parse("t.py", []byte(c.src))
			for _, e := range m.Errors {
				t.Errorf("line %d: %s", m.At(e.At).Line, e.Reason)
			}
		})
	}
}

func TestPositions(t *testing.T) {
	m := Parse("t.py", []byte("é = f(\n    g('x'),\n  h = f\"{k(1)}\" '''\n''' f'{\nl()}')\n"))
	want := []string{"f@1:6", "g@2:5", "k@3:10", "l@5:1"}
	if diff := cmp.Diff(want, calls(m)); diff != "" {
		t.Error(diff)
	}
}

func TestRecovery(t *testing.T) {
	cases := []struct {
		name, src string
		want      []string
	}{
		{"broken line", "a()\nx = = 2\nb()\n", []string{"a@1:1", "b@3:1"}},
		{"bracket never closed", "a(1,\nimport os\nb()\n", []string{"b@3:1"}},
		{"bracket closed twice", "a())\nb()\n", []string{"a@1:1", "b@2:1"}},
		{"broken header keeps its body", "def f(x y):\n    a()\n    b()\nc()\n", []string{"a@2:5", "b@3:5", "c@4:1"}},
		{"in a block", "def f():\n    a()\n    $\n    b()\nc()\n", []string{"a@2:5", "b@4:5", "c@5:1"}},
		{"unterminated string", "a('x)\nb()\n", []string{"b@2:1"}},
		{"unterminated triple string", "x = '''abc\nb()\n", []string{"b@2:1"}},
		{"prose of a string is not code", "x = '''\nfoo()\n''' $\nb()\n", []string{"b@4:1"}},
		{"arguments after the broken one", "f(\n  a=g(),\n  b=$$,\n  c=h(),\n)\n", []string{"g@2:5", "h@4:5"}},
		{"missing block", "def f():\na()\n", []string{"a@2:1"}},
		{"merge conflict", "<<<<<<< HEAD\na()\n=======\nb()\n>>>>>>> x\nc()\n", []string{"a@2:1", "b@4:1", "c@6:1"}},
		{"field of an f-string", "x = f'{a b}' + c()\nd()\n", []string{"d@2:1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := Parse("t.py", []byte(c.src))
			if diff := cmp.Diff(c.want, calls(m)); diff != "" {
				t.Error(diff)
			}
			if m.ErrorCount == 0 {
				t.Error("no error was recorded")
			}
		})
	}
}

func TestStrings(t *testing.T) {
	cases := []struct{ src, want string }{
		{`'a' "b" '''c'''`, "abc"},
		{`'\x41\u00e9\U0001F600\101\n\q'`, "Aé😀A\n\\q"},
		{`r'\n' "\""`, `\n"`},
		{"'a\\\nb'", "ab"},
		{`b'\xff' b'a'`, "\xffa"},
		{`'''a"'b'''`, `a"'b`},
		{`"it's"`, "it's"},
	}
	for _, c := range cases {
		m := Parse("t.py", []byte("x = ("+c.src+")"))
		a, ok := m.Body[0].(*Assign)
		if !ok {
			t.Fatalf("%s: %T", c.src, m.Body[0])
		}
		if s, ok := a.Value.(*Str); !ok || s.Value != c.want {
			t.Errorf("%s: got %#v, want %q", c.src, a.Value, c.want)
		}
	}
}

// TestBudgets shows that hostile shapes end in an error, in time and stack.
func TestBudgets(t *testing.T) {
	n := 200_000
	cases := map[string]string{
		"brackets":     strings.Repeat("(", n),
		"calls":        strings.Repeat("f(1,\n", n),
		"attributes":   "a" + strings.Repeat(".b", n),
		"sums":         "1" + strings.Repeat("+1", n),
		"not":          strings.Repeat("not ", n),
		"minus":        strings.Repeat("-", n),
		"lambdas":      strings.Repeat("lambda:", n),
		"powers":       "1" + strings.Repeat("**1", n),
		"f-strings":    strings.Repeat(`f"{`, n),
		"fields":       `f"` + strings.Repeat("{a:", n),
		"triple":       strings.Repeat("'''\n\"\"\"\n", n),
		"blocks":       strings.Repeat("if x:", n),
		"literals":     "x = " + strings.Repeat("'a' ", n),
		"open lines":   strings.Repeat("[1],(\n", n),
		"conditionals": strings.Repeat("a if b else ", n),
	}
	deep := &strings.Builder{}
	for i := range 2000 {
		deep.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	cases["indents"] = deep.String()
	for name, src := range cases {
		t.Run(name, func(t *testing.T) { calls(Parse("t.py", []byte(src))) })
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"x = f'{a!r:>{w}}' 'b'", "def f(a, *, b=1) -> c:\n  return [x for x in y if z]\n", "match x:\n case [1, *_]: pass",
		"with (a as b): pass\n", "'''\n", "f'''{\n}'''", "if x:\n\ty\n  z\n", "@a\nclass B[T](C, d=1): pass", "print 'x'", "a\\\nb",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		m := Parse("f.py", src)
		InspectBody(m.Body, func(n Node) bool {
			if n.Pos() < 0 || n.End() < n.Pos() || int(n.End()) > len(src) {
				t.Fatalf("%T spans %d to %d of %d bytes", n, n.Pos(), n.End(), len(src))
			}
			if at := m.AtNode(n); at.Line < 1 || at.Column < 1 {
				t.Fatalf("%T at %v", n, at)
			}
			return true
		})
	})
}

func BenchmarkParse(b *testing.B) {
	src := []byte(strings.Repeat("class A(B):\n    \"\"\"Doc.\"\"\"\n\n    def f(self, a, b=1):\n        x = self.g(a, k=[1, 2, 3])['a'] + f\"{b:>3}\"\n        return x if a else None\n\n", 2000))
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		Parse("b.py", src)
	}
}
