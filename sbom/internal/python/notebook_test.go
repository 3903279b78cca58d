package python

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

func TestNotebook(t *testing.T) {
	const nb = `{"cells": [
  {"cell_type": "markdown", "source": ["f('prose')"]},
  {"cell_type": "code", "source": [
    "!pip install \\\n",
    "  torch\n",
    "%matplotlib inline\n",
    "if a(\"x\"): \n",
    "    !ls\n",
    "x = \"\u00e9\" + b('y')"
  ]},
  {"cell_type": "code", "source": "c(\nd()\ne()"},
  {"cell_type": "code", "source": ["%%bash\n", "python train.py\n"]},
  {"cell_type": "code", "source": ["%%time\n", "g()\n"]}
 ]}`
	m := Of(sbom.NewFile("n.ipynb", []byte(nb)))
	want := []string{"a@7:9", "b@9:23", "d@11:40", "e@11:45", "g@13:49"}
	if diff := cmp.Diff(want, calls(m)); diff != "" {
		t.Error(diff)
	}
	var magics []string
	for _, g := range m.Magics() {
		magics = append(magics, g.Text)
	}
	if diff := cmp.Diff([]string{"pip install \\", "torch", "matplotlib inline", "ls", "python train.py"}, magics); diff != "" {
		t.Error(diff)
	}
}

func TestNotebookSyntax(t *testing.T) {
	const nb = `{"cells": [{"cell_type": "code", "source": [
    "pip install torch\n",
    "pip = 3\n",
    "x = !ls -l\n",
    "y = %time f()\n",
    "len?\n",
    "%%bogus\n",
    "z = (a\n",
    "  != b and c(\"d?\"))\n"
  ]}]}`
	m := Of(sbom.NewFile("n.ipynb", []byte(nb)))
	if m.ErrorCount > 0 {
		t.Errorf("errors: %v", m.Errors)
	}
	if diff := cmp.Diff([]string{"c@9:17"}, calls(m)); diff != "" {
		t.Error(diff)
	}
	var magics []string
	for _, g := range m.Magics() {
		magics = append(magics, g.Text)
	}
	if diff := cmp.Diff([]string{"pip install torch", "ls -l", "time f()", "%bogus"}, magics); diff != "" {
		t.Error(diff)
	}
}

func TestNotebookOfAnotherLanguage(t *testing.T) {
	const nb = `{"cells": [{"cell_type": "code", "source": "x <- f(1)"}], "metadata": {"language_info": {"name": "R"}}}`
	if m := Of(sbom.NewFile("n.ipynb", []byte(nb))); len(m.Body) > 0 || m.ErrorCount > 0 {
		t.Errorf("%d statements, errors %v", len(m.Body), m.Errors)
	}
}

// TestNotebookProse leaves out Markdown that was left a code cell, and nothing else: a
// comparison over two lines is Python.
func TestNotebookProse(t *testing.T) {
	const nb = `{"cells": [
  {"cell_type": "code", "source": ["# Title\n", "\n", "<!--- badge -->\n", "Some *words* f('x')\n", "%%bash\n", "!ls"]},
  {"cell_type": "code", "source": ["a(1\n", "< b(2))"]},
  {"cell_type": "code", "source": ["#@title Player\n", "%%html\n", "<audio controls>"]},
  {"cell_type": "code", "source": ["x = 'y'\n", "<b>\n"]}
 ]}`
	m := Of(sbom.NewFile("n.ipynb", []byte(nb)))
	if m.ErrorCount != 1 || len(m.Magics()) != 1 || !m.Magics()[0].Cell {
		t.Errorf("%d errors, want that of the last cell; magics %v", m.ErrorCount, m.Magics())
	}
	if diff := cmp.Diff([]string{"a@3:37", "b@3:48"}, calls(m)); diff != "" {
		t.Error(diff)
	}
}
