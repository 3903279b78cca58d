package packages

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// scan runs every collector and linker of the package over files in memory.
func scan(t testing.TB, files map[string]string) *sbom.Inventory {
	t.Helper()
	source := fstest.MapFS{}
	for name, content := range files {
		source[name] = &fstest.MapFile{Data: []byte(content)}
	}
	inv, err := sbom.Generate(context.Background(), source, sbom.Options{Collectors: Collectors, Linkers: Linkers})
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// row is what a test says about one entry.
func row(p *sbom.Package) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d", p.At.Path, p.At.Line)
	for _, f := range []struct{ key, value string }{
		{"", p.Option}, {"", p.Name}, {"", p.Version}, {"want", p.Constraint}, {"url", p.URL}, {"rev", p.Revision},
		{"extras", strings.Join(p.Extras, ",")}, {"if", p.Marker}, {"index", p.Index}, {"hashes", strings.Join(p.Hashes, ",")},
		{"scope", p.Scope}, {"by", p.LockedBy},
	} {
		if f.value == "" {
			continue
		}
		b.WriteByte(' ')
		if f.key != "" {
			b.WriteString(f.key + "=")
		}
		b.WriteString(f.value)
	}
	if p.Locked == sbom.Yes {
		b.WriteString(" locked")
	}
	return b.String()
}

func rows(inv *sbom.Inventory) []string {
	var out []string
	for i := range inv.Packages {
		out = append(out, row(&inv.Packages[i]))
	}
	for _, p := range inv.Problems {
		out = append(out, fmt.Sprintf("problem %s:%d %s", p.Path, p.Line, p.Code))
	}
	return out
}

const commit = "0123456789abcdef0123456789abcdef01234567"

var fileTests = []struct {
	name  string
	files map[string]string
	want  []string
}{
	{"lock of rye and of pip-compile -o", map[string]string{
		"pyproject.toml":           "[project]\nname = \"a\"\ndependencies = [\"torch>=2\"]\n",
		"requirements.lock":        "-e file:.\ntorch==2.1.0\n",
		"requirements-typing.lock": "mypy==1.0\n",
	}, []string{
		"pyproject.toml:3 torch want=>=2 scope=runtime by=requirements.lock",
		"requirements-typing.lock:1 mypy 1.0 want===1.0 scope=dev",
		"requirements.lock:1 --editable url=file:. scope=runtime",
		"requirements.lock:2 torch 2.1.0 want===2.1.0 scope=runtime",
	}},
	{"pins, ranges, names, extras and markers", map[string]string{"requirements.txt": "" +
		"# tools\nTorch==2.1.0\ntransformers[torch, sentencepiece]>=4.30,<5 ; python_version < '3.12'  # why\n" +
		"datasets\nnumpy==1.*\nruamel.yaml===0.17\nzope~=1.0\nflash_attn (==2.5.0)\n"},
		[]string{
			"requirements.txt:2 torch 2.1.0 want===2.1.0 scope=runtime",
			"requirements.txt:3 transformers want=>=4.30,<5 extras=torch,sentencepiece if=python_version < '3.12' scope=runtime",
			"requirements.txt:4 datasets scope=runtime",
			"requirements.txt:5 numpy want===1.* scope=runtime",
			"requirements.txt:6 ruamel-yaml 0.17 want====0.17 scope=runtime",
			"requirements.txt:7 zope want=~=1.0 scope=runtime",
			"requirements.txt:8 flash-attn 2.5.0 want===2.5.0 scope=runtime",
		}},
	{"hashes over continued lines keep the first line", map[string]string{"requirements-dev.txt": "\n" +
		"torch==2.1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via -r in\npytest==8\n"},
		[]string{
			"requirements-dev.txt:2 torch 2.1.0 want===2.1.0 hashes=sha256:aa,sha256:bb scope=dev locked",
			"requirements-dev.txt:6 pytest 8 want===8 scope=dev",
		}},
	{"URLs, revisions, and no credentials", map[string]string{"requirements.txt": "" +
		"git+https://github.com/huggingface/peft.git@main#egg=peft\n" +
		"trl @ git+https://user:token@github.com/huggingface/trl@" + commit + "\n" +
		"-e git+ssh://git@github.com/org/private.git@v1#egg=private[a]\n" +
		"https://host/x/flash_attn-2.5.8+cu122-cp310-cp310-linux_x86_64.whl#sha256=cc\n" +
		"-e .\n./libs/local.whl\nnumpy @ file:///tmp/build/numpy\n"},
		[]string{
			"requirements.txt:1 peft url=git+https://github.com/huggingface/peft.git rev=main scope=runtime",
			"requirements.txt:2 trl url=git+https://github.com/huggingface/trl rev=" + commit + " scope=runtime locked",
			"requirements.txt:3 --editable private url=git+ssh://git@github.com/org/private.git rev=v1 extras=a scope=runtime",
			"requirements.txt:4 flash-attn 2.5.8+cu122 url=https://host/x/flash_attn-2.5.8+cu122-cp310-cp310-linux_x86_64.whl hashes=sha256:cc scope=runtime locked",
			"requirements.txt:5 --editable url=. scope=runtime",
			"requirements.txt:6 url=./libs/local.whl scope=runtime",
			"requirements.txt:7 numpy url=file:///tmp/build/numpy scope=runtime",
		}},
	{"options in every spelling", map[string]string{"requirements/base.txt": "" +
		"-i https://u:p@pypi.example/simple\n--extra-index-url=https://download.pytorch.org/whl/cu121\n" +
		"--trusted-host pypi.example\n-f https://data.pyg.org/whl\n-rother.txt\n-c constraints.txt\n--pre\n--no-binary :all:\ntorch\n"},
		[]string{
			"requirements/base.txt:1 --index-url url=https://pypi.example/simple",
			"requirements/base.txt:2 --extra-index-url url=https://download.pytorch.org/whl/cu121",
			"requirements/base.txt:3 --trusted-host url=pypi.example",
			"requirements/base.txt:4 --find-links url=https://data.pyg.org/whl",
			"requirements/base.txt:5 --requirement url=other.txt",
			"requirements/base.txt:6 --constraint url=constraints.txt",
			"requirements/base.txt:7 --pre",
			"requirements/base.txt:8 --no-binary",
			"requirements/base.txt:9 torch index=https://pypi.example/simple scope=runtime",
		}},
	{"what is no requirement is a problem", map[string]string{"requirements.txt": "torch 2.0\n<html>\n"},
		[]string{"problem requirements.txt:1 malformed", "problem requirements.txt:2 malformed"}},
	{"UTF-16 as PowerShell writes it", map[string]string{"requirements.txt": "\xff\xfet\x00o\x00r\x00c\x00h\x00=\x00=\x002\x00\r\x00\n\x00"},
		[]string{"requirements.txt:1 torch 2 want===2 scope=runtime"}},
	{"other people's requirements are not ours", map[string]string{"venv/lib/site-packages/x/requirements.txt": "torch==1"}, nil},
	{"pyproject and its lock", map[string]string{
		"pyproject.toml": "[build-system]\nrequires = [\"hatchling\"]\n[project]\nname = \"x\"\ndependencies = [\n \"torch>=2\",\n \"peft\",\n]\n" +
			"[project.optional-dependencies]\ncuda = [\"flash-attn==2.5.0\"]\n[dependency-groups]\ntest = [\"pytest\", {include-group = \"x\"}]\n" +
			"[tool.uv.sources]\npeft = {git = \"https://github.com/huggingface/peft\", branch = \"main\"}\n[[tool.uv.index]]\nurl = \"https://download.pytorch.org/whl\"\n",
		"uv.lock": "version = 1\n[[package]]\nname = \"torch\"\nversion = \"2.2.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nsdist = { url = \"https://f/x\", hash = \"sha256:aa\" }\nwheels = [\n { url = \"https://f/y\", hash = \"sha256:bb\" },\n]\n" +
			"[[package]]\nname = \"x\"\nversion = \"0.1\"\nsource = { editable = \".\" }\n" +
			"[[package]]\nname = \"peft\"\nversion = \"0.1\"\nsource = { git = \"https://github.com/huggingface/peft?branch=main#" + commit + "\" }\n",
	}, []string{
		"pyproject.toml:2 hatchling scope=build",
		"pyproject.toml:6 torch want=>=2 scope=runtime by=uv.lock locked",
		"pyproject.toml:7 peft url=git+https://github.com/huggingface/peft rev=main scope=runtime",
		"pyproject.toml:10 flash-attn 2.5.0 want===2.5.0 scope=optional",
		"pyproject.toml:12 pytest scope=dev",
		"pyproject.toml:16 --extra-index-url url=https://download.pytorch.org/whl",
		"uv.lock:3 torch 2.2.0 index=https://pypi.org/simple hashes=sha256:aa,sha256:bb locked",
		"uv.lock:15 peft 0.1 url=git+https://github.com/huggingface/peft rev=" + commit + " locked",
	}},
	{"poetry", map[string]string{
		"pyproject.toml": "[tool.poetry.dependencies]\npython = \"^3.10\"\ntorch = \"^2.0\"\nnumpy = \"1.26.0\"\npeft = { git = \"https://github.com/h/p.git\", rev = \"abc\" }\njax = { version = \">=0.4\", extras = [\"cuda\"], optional = true }\n" +
			"[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n[[tool.poetry.source]]\nname = \"torch\"\nurl = \"https://download.pytorch.org/whl\"\npriority = \"explicit\"\n",
		"poetry.lock": "[[package]]\nname = \"torch\"\nversion = \"2.1.0\"\nfiles = [\n {file = \"a\", hash = \"sha256:aa\"},\n]\n[[package]]\nname = \"idna\"\nversion = \"3\"\n",
	}, []string{
		"poetry.lock:2 torch 2.1.0 hashes=sha256:aa locked",
		"poetry.lock:8 idna 3",
		"pyproject.toml:3 torch want=^2.0 scope=runtime by=poetry.lock locked",
		"pyproject.toml:4 numpy 1.26.0 want=1.26.0 scope=runtime",
		"pyproject.toml:5 peft url=git+https://github.com/h/p.git rev=abc scope=runtime",
		"pyproject.toml:6 jax want=>=0.4 extras=cuda scope=optional",
		"pyproject.toml:8 pytest scope=dev",
		"pyproject.toml:11 --index-url url=https://download.pytorch.org/whl",
	}},
	{"conda with nested pip", map[string]string{"environment.yml": "name: x\nchannels: [conda-forge]\ndependencies:\n  - python=3.10\n  - pytorch::pytorch=2.1.0=py3.10_cuda\n  - numpy==1.26\n  - scipy>=1\n  - pip\n  - pip:\n    - --extra-index-url https://e.example\n    - transformers==4.30\n"},
		[]string{
			"environment.yml:4 python want==3.10 index=conda-forge scope=runtime",
			"environment.yml:5 pytorch 2.1.0 want==2.1.0=py3.10_cuda index=pytorch scope=runtime",
			"environment.yml:6 numpy 1.26 want===1.26 index=conda-forge scope=runtime",
			"environment.yml:7 scipy want=>=1 index=conda-forge scope=runtime",
			"environment.yml:8 pip index=conda-forge scope=runtime",
			"environment.yml:10 --extra-index-url url=https://e.example",
			"environment.yml:11 transformers 4.30 want===4.30 scope=runtime",
		}},
	{"Pipfile and lock", map[string]string{
		"Pipfile":      "[[source]]\nurl = \"https://pypi.org/simple\"\n[packages]\ntorch = \"*\"\nxgboost = \"==2.0\"\n",
		"Pipfile.lock": "{\"_meta\": {\"sources\": [{\"name\": \"pypi\", \"url\": \"https://pypi.org/simple\"}]},\n\"default\": {\n\"torch\": {\"hashes\": [\"sha256:aa\"], \"index\": \"pypi\", \"version\": \"==2.1\"}}}",
	}, []string{
		"Pipfile:2 --index-url url=https://pypi.org/simple",
		"Pipfile:4 torch scope=runtime by=Pipfile.lock locked",
		"Pipfile:5 xgboost 2.0 want===2.0 scope=runtime",
		"Pipfile.lock:1 --index-url url=https://pypi.org/simple",
		"Pipfile.lock:3 torch 2.1 want===2.1 index=https://pypi.org/simple hashes=sha256:aa scope=runtime locked",
	}},
	{"setup.py and setup.cfg, literal only", map[string]string{
		"setup.py":  "from setuptools import setup\nREQ = ['torch>=1.8']\nsetup(\n  install_requires=REQ + ['numpy==1.20'],\n  extras_require={'x': open('r').read()},\n)\n",
		"setup.cfg": "[options]\ninstall_requires =\n  jax>=0.4\n  # comment\n  flax\n[options.extras_require]\ntest = pytest\n",
	}, []string{
		"setup.cfg:3 jax want=>=0.4 scope=runtime",
		"setup.cfg:5 flax scope=runtime",
		"setup.cfg:7 pytest scope=optional",
		"setup.py:2 torch want=>=1.8 scope=runtime",
		"setup.py:4 numpy 1.20 want===1.20 scope=runtime",
		"problem setup.py:5 unsupported",
	}},
	{"pip.conf", map[string]string{"pip.conf": "[global]\nindex-url = https://u:p@i.example\nextra_index_url =\n  https://a.example\n  https://b.example\ntimeout = 3\n"},
		[]string{
			"pip.conf:2 --index-url url=https://i.example",
			"pip.conf:4 --extra-index-url url=https://a.example",
			"pip.conf:5 --extra-index-url url=https://b.example",
		}},
	{"installed environments", map[string]string{
		"venv/lib/site-packages/torch-2.1.0.dist-info/METADATA":       "Metadata-Version: 2.1\nName: torch\nVersion: 2.1.0\nLicense-Expression: BSD-3-Clause\n\n" + strings.Repeat("text\n", 10),
		"venv/lib/site-packages/peft-0.9.dist-info/METADATA":          "Metadata-Version: 2.1\nName: peft\nVersion: 0.9\n",
		"venv/lib/site-packages/peft-0.9.dist-info/direct_url.json":   `{"url": "https://github.com/h/peft", "vcs_info": {"vcs": "git", "commit_id": "` + commit + `"}}`,
		"venv/lib/site-packages/broken-1.dist-info/METADATA":          "nothing here\n",
		"conda/conda-meta/pytorch-2.1.0-py3.json":                     `{"name": "pytorch", "version": "2.1.0", "channel": "https://conda.anaconda.org/pytorch", "license": "BSD-3-Clause", "sha256": "aa"}`,
		"venv/lib/site-packages/torch/something.dist-info/nothing.py": "",
	}, []string{
		"conda/conda-meta/pytorch-2.1.0-py3.json:1 pytorch 2.1.0 index=https://conda.anaconda.org/pytorch hashes=sha256:aa locked",
		"venv/lib/site-packages/peft-0.9.dist-info/METADATA:1 peft 0.9 url=git+https://github.com/h/peft rev=" + commit,
		"venv/lib/site-packages/torch-2.1.0.dist-info/METADATA:1 torch 2.1.0",
		"problem venv/lib/site-packages/broken-1.dist-info/METADATA:0 malformed",
	}},
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, test := range fileTests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, rows(scan(t, test.files))); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestComponents(t *testing.T) {
	t.Parallel()
	inv := scan(t, map[string]string{
		"requirements.txt": "torch>=2\nnumpy==1.26\ngit+https://github.com/Org/Tool@" + commit + "\n./x\n",
		"pyproject.toml":   "[project]\ndependencies = [\"numpy==1.26\", \"datasets\"]\n",
		"uv.lock":          "version = 1\n[[package]]\nname = \"datasets\"\nversion = \"3.0\"\nsource = { registry = \"https://pypi.org/simple\" }\nwheels = [{ url = \"u\", hash = \"sha256:aa\" }]\n",
		"venv/lib/site-packages/numpy-1.26.dist-info/METADATA": "Name: numpy\nVersion: 1.26\nLicense-Expression: BSD-3-Clause\n",
	})
	var got []string
	for _, c := range inv.Components {
		got = append(got, fmt.Sprintf("%s %s %s@%s pinned=%s %v %s framework=%s constraint=%s", c.Ref, c.At.Path, c.Name, c.Version, c.Pinned, c.Licenses, c.Digests["sha256"], c.Properties["framework"], c.Properties["constraint"]))
	}
	want := []string{
		"pkg:github/org/tool@" + commit + " requirements.txt github.com/Org/Tool@" + commit + " pinned=yes []  framework= constraint=",
		"pkg:pypi/datasets@3.0 uv.lock datasets@3.0 pinned=yes [] aa framework=true constraint=",
		"pkg:pypi/numpy@1.26 venv/lib/site-packages/numpy-1.26.dist-info/METADATA numpy@1.26 pinned=yes [BSD-3-Clause]  framework= constraint=",
		"pkg:pypi/torch requirements.txt torch@ pinned=no []  framework=true constraint=>=2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("components (-want +got):\n%s", diff)
	}
	for _, p := range inv.Packages {
		if p.Name == "datasets" && p.Component != "pkg:pypi/datasets@3.0" {
			t.Errorf("%s: component %q, want the locked one", p.At.Path, p.Component)
		}
	}
}

func TestInstallArguments(t *testing.T) {
	t.Parallel()
	at := sbom.At{Path: "Dockerfile", Line: 3}
	args := strings.Fields("--no-cache-dir -U torch==2.1.0 --target /x --extra-index-url https://e.example -r requirements.txt vllm git+https://github.com/a/b")
	var got []string
	for _, p := range InstallArguments(args, at) {
		got = append(got, row(&p))
	}
	want := []string{
		"Dockerfile:3 torch 2.1.0 want===2.1.0",
		"Dockerfile:3 --extra-index-url url=https://e.example",
		"Dockerfile:3 --requirement url=requirements.txt",
		"Dockerfile:3 vllm",
		"Dockerfile:3 url=git+https://github.com/a/b",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Syft must see nothing that our readers miss in the test files: its entries have no line.
func TestEveryEntryHasALine(t *testing.T) {
	t.Parallel()
	for _, test := range fileTests {
		for _, p := range scan(t, test.files).Packages {
			if p.At.Line == 0 {
				t.Errorf("%s: %s has no line", test.name, row(&p))
			}
		}
	}
}

func TestOutputDoesNotDependOnWorkers(t *testing.T) {
	files := map[string]string{}
	for _, test := range fileTests {
		for name, content := range test.files {
			files[strings.ReplaceAll(test.name, " ", "-")+"/"+name] = content
		}
	}
	before := runtime.GOMAXPROCS(1)
	one := scan(t, files)
	runtime.GOMAXPROCS(max(before, 2))
	two := scan(t, files)
	runtime.GOMAXPROCS(before)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("one worker and two differ:\n%s", diff)
	}
}

func FuzzFiles(f *testing.F) {
	names := []string{"requirements.txt", "pyproject.toml", "uv.lock", "Pipfile", "Pipfile.lock", "environment.yml",
		"conda-lock.yml", "setup.py", "setup.cfg", "pip.conf", "poetry.lock", "pylock.toml", "conda-meta/a.json", "a.dist-info/METADATA"}
	for _, test := range fileTests {
		for name, content := range test.files {
			for i, n := range names {
				if strings.HasSuffix(name, n) {
					f.Add(uint8(i), content)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, i uint8, content string) {
		inv := scan(t, map[string]string{names[int(i)%len(names)]: content})
		for _, p := range inv.Problems {
			if p.Code == "internal" {
				t.Errorf("%s: %s", p.Path, p.Reason)
			}
		}
	})
}
