package attest

import (
	"context"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zeebo/blake3"
	"golang.org/x/crypto/blake2b"
)

// TestHostileNames signs a model under names that are no canonical path inside it. The
// files are there under every reading of the name, so that only the name is wrong.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	const nfc, nfd = "caf\u00e9.bin", "cafe\u0301.bin"
	files := map[string]string{"a/w.bin": "w", "w.bin": "w", nfc: "w", `a\w.bin`: "w", "W.bin": "w", "a b": "w", "w.bin ": "w", "...": "w", "..w": "w", "C:w": "w", "w:0:1": "w"}
	parent := writeModel(t, map[string]string{"w.bin": "w"})
	model := filepath.Join(parent, "model")
	if err := os.Rename(writeModel(t, files), model); err != nil {
		t.Fatal(err)
	}
	tests := map[string]string{
		"w.bin": "ok", "a/w.bin": "ok", nfc: "ok", `a\w.bin`: "ok", "W.bin": "ok", "a b": "ok", "w.bin ": "ok", "...": "ok", "..w": "ok", "C:w": "ok", "w:0:1": "ok",
		nfd: "missing", "w.BIN": "missing", "w.bin\u200b": "missing", "\u2024/w.bin": "missing", `..\w.bin`: "missing", `C:\w.bin`: "missing", "file:///w.bin": "malformed", "%2e%2e/w.bin": "missing",
		"/w.bin": "malformed", "//w.bin": "malformed", "../w.bin": "malformed", "../model/w.bin": "malformed", "a/../w.bin": "malformed", "a/..": "malformed", "..": "malformed",
		"./w.bin": "malformed", "a/./w.bin": "malformed", "a//w.bin": "malformed", "a/w.bin/": "malformed", "w.bin/.": "malformed", "a/": "malformed", "": "malformed", "w.bin\x00": "malformed",
		"a": "missing", "a/w.bin/x": "missing",
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	for name, want := range tests {
		signed := statementFor(map[string]string{name: "w"}, name)
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, signed), trustKey(signer), ModelOptions{IgnoreUnsigned: true})
		// Files that the statement does not name are unsigned here; only the name is judged.
		if err == nil {
			kept := r.Differences[:0]
			for _, d := range r.Differences {
				if d.Code != "unsigned" {
					kept = append(kept, d)
				}
			}
			r.Differences = kept
		}
		if got := outcome(r, err); got != want {
			t.Errorf("%q: got %s (%v), want %s", name, got, err, want)
		}
	}
}

// TestHostileIgnores are paths that the signer ignores: what they may say, and that they
// hide nothing that is signed.
func TestHostileIgnores(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	files := map[string]string{"w.safetensors": "w", "code/m.py": "x", "codex/m.py": "y", "a/code/m.py": "z"}
	model := writeModel(t, files)
	all := []string{"a/code/m.py", "code/m.py", "codex/m.py", "w.safetensors"}
	without := func(name string) []string {
		var out []string
		for _, n := range all {
			if n != name {
				out = append(out, n)
			}
		}
		return out
	}
	for name, tt := range map[string]struct {
		signed []string
		ignore []any
		want   string
	}{
		"hides its subtree only":     {without("code/m.py"), []any{"code"}, "ok"},
		"is no prefix of a name":     {without("codex/m.py"), []any{"code"}, "malformed"}, // code/m.py is signed
		"does not match deeper":      {without("a/code/m.py"), []any{"m.py"}, "unsigned"},
		"trailing slash":             {without("code/m.py"), []any{"code/"}, "ok"},
		"case":                       {without("code/m.py"), []any{"Code"}, "unsigned"},
		"hides a signed file":        {all, []any{"w.safetensors"}, "malformed"},
		"hides a parent of a signed": {all, []any{"a"}, "malformed"},
		"dot":                        {all, []any{"./"}, "malformed"},
		"empty":                      {all, []any{""}, "malformed"},
		"backslash is a name":        {without("code/m.py"), []any{`code\m.py`}, "unsigned"},
		"question mark":              {without("code/m.py"), []any{"cod?"}, "malformed"},
		"bracket":                    {without("code/m.py"), []any{"[c]ode"}, "malformed"},
		"parent":                     {without("code/m.py"), []any{"a/../code"}, "malformed"},
		"absolute":                   {without("code/m.py"), []any{model + "/code"}, "malformed"},
		"null":                       {all, []any{nil}, "malformed"},
		"nested list":                {all, []any{[]any{"code"}}, "malformed"},
		"twice":                      {without("code/m.py"), []any{"code", "code"}, "ok"},
		"of a file that is not":      {all, []any{"nowhere"}, "ok"},
		"a file below a signed name": {all, []any{"w.safetensors/x"}, "ok"},
	} {
		statement := statementFor(files, tt.signed...)
		serialization(statement)["ignore_paths"] = tt.ignore
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, statement), trustKey(signer), ModelOptions{})
		got := outcome(r, err)
		if got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
		if got == "ok" && len(tt.signed) < len(all) && (len(r.Ignored) == 0 || len(r.Unsigned) == 0) {
			t.Errorf("%s: what the signer hid is not told: ignored %v, unsigned %v", name, r.Ignored, r.Unsigned)
		}
	}
}

// TestHostileShards are byte ranges that leave out, repeat or stretch a part of a file.
func TestHostileShards(t *testing.T) {
	t.Parallel()
	const content = "0123456789abcdefghijXYZ" // 23 bytes
	sized := func(value any, names ...string) object {
		s := shardStatement(content, 10, names...)
		serialization(s)["shard_size"] = value
		return s
	}
	three := []string{"w.bin:0:10", "w.bin:10:20", "w.bin:20:23"}
	unsigned := shardStatement(content, 10, three...)
	unsigned["predicate"].(object)["resources"] = unsigned["predicate"].(object)["resources"].([]any)[:1]
	reroot(unsigned)
	swapped := shardStatement(content, 10, three...)
	resource(swapped, 0)["digest"], resource(swapped, 1)["digest"] = resource(swapped, 1)["digest"], resource(swapped, 0)["digest"]
	reroot(swapped)
	tests := map[string]struct {
		statement object
		want      string
	}{
		"size as a protobuf number": {sized(rawNumber("10.0"), three...), "ok"},
		"size with exponent":        {sized(rawNumber("1e1"), three...), "ok"},
		"size too large":            {sized(rawNumber("1e400"), three...), "malformed"},
		"size past 64 bits":         {sized(rawNumber("18446744073709551626"), three...), "malformed"},
		"size true":                 {sized(true, three...), "malformed"},
		"size is the largest":       {sized(rawNumber("9223372036854775807"), "w.bin:0:23"), "ok"},
		"only the first":            {unsigned, "content"},
		"digests swapped":           {swapped, "content"},
		"sorted by number":          {shardStatement(content, 2, evenShards(23, 2)...), "ok"},
		"out of any order":          {shardStatement(content, 10, three[1], three[0], three[2]), "malformed"},
		"twice":                     {shardStatement(content, 10, three[0], three[0], three[1], three[2]), "malformed"},
		"end past the file":         {shardStatement(content, 10, "w.bin:0:10", "w.bin:10:20", "w.bin:20:24"), "content"},
		"one shard too many":        {shardStatement(content, 23, "w.bin:0:23", "w.bin:23:46"), "content"},
		"offsets past 64 bits":      {shardStatement(content, 10, "w.bin:0:18446744073709551616"), "malformed"},
		"offset in hexadecimal":     {shardStatement(content, 30, "w.bin:0x0:23"), "malformed"},
		"offset with blank":         {shardStatement(content, 30, "w.bin: 0:23"), "malformed"},
		"offset in other digits":    {shardStatement(content, 30, "w.bin:0:２３"), "malformed"},
		"no file name":              {shardStatement(content, 30, ":0:23"), "malformed"},
		"empty file as a shard":     {shardStatement(content, 30, "empty:0:0", "w.bin:0:23"), "malformed"},
		"whole file among shards":   {shardStatement(content, 30, "empty", "w.bin:0:23"), "malformed"},
		"absolute":                  {shardStatement(content, 30, "/w.bin:0:23"), "malformed"},
		"not canonical":             {shardStatement(content, 30, "./w.bin:0:23"), "malformed"},
		"another file is unsigned":  {shardStatement(content, 30, "w.bin:0:23"), "ok"},
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, map[string]string{"w.bin": content, "empty": ""})
	for name, tt := range tests {
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, tt.statement), trustKey(signer), ModelOptions{})
		if got := outcome(r, err); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
	if err := os.WriteFile(filepath.Join(model, "more.bin"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := VerifyModel(context.Background(), model, signValue(t, signer, shardStatement(content, 10, three...)), trustKey(signer), ModelOptions{})
	if got := outcome(r, err); got != "unsigned" {
		t.Errorf("a file without a shard: got %s", got)
	}
}

// rawNumber is a JSON number as it is written.
func rawNumber(text string) json.Number { return json.Number(text) }

// evenShards names the ranges of a file in the order of the reference implementation.
func evenShards(length, size int) []string {
	var out []string
	for start := 0; start < length; start += size {
		out = append(out, fmt.Sprintf("w.bin:%d:%d", start, min(start+size, length)))
	}
	return out
}

// TestHostileTrees puts things into a signed model that no signature can speak for.
func TestHostileTrees(t *testing.T) {
	t.Parallel()
	link := func(target, name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			_ = os.Remove(filepath.Join(dir, name))
			if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	put := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		change func(*testing.T, string)
		opts   ModelOptions
		want   string
	}{
		"pipe in place of a file": {func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, "weights.bin"))
			if err := syscall.Mkfifo(filepath.Join(dir, "weights.bin"), 0o644); err != nil {
				t.Fatal(err)
			}
		}, ModelOptions{}, "missing"},
		"socket": {func(t *testing.T, dir string) {
			if err := syscall.Mknod(filepath.Join(dir, "s"), syscall.S_IFSOCK|0o644, 0); err != nil {
				t.Fatal(err)
			}
		}, ModelOptions{IgnoreUnsigned: true}, "special"},
		"pipe below":             {func(t *testing.T, dir string) { syscall.Mkfifo(filepath.Join(dir, "sub/p"), 0o644) }, ModelOptions{IgnoreUnsigned: true}, "special"},
		"link to a directory":    {link("sub", "linked"), ModelOptions{IgnoreUnsigned: true}, "symlink"},
		"link to its own name":   {link("self", "self"), ModelOptions{}, "symlink"},
		"link to same bytes":     {link("copy", "weights.bin"), ModelOptions{}, "missing"},
		"name in other case":     {put("Weights.bin", "weights"), ModelOptions{}, "unsigned"},
		"empty extra file":       {put("extra", ""), ModelOptions{}, "unsigned"},
		"hidden extra file":      {put(".hidden", "x"), ModelOptions{}, "unsigned"},
		"cut to nothing":         {put("weights.bin", ""), ModelOptions{}, "content"},
		"longer by a byte":       {put("weights.bin", "weights\x00"), ModelOptions{}, "content"},
		"code in capitals":       {put("M.PY", "x"), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"gguf under any name":    {put("notes", "GGUF\x03\x00\x00\x00"), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"pickle protocol 5":      {put("notes.md", "\x80\x05\x95."), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"pickle protocol 0":      {put("state", "cos\nsystem\n(S'id'\ntR."), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"pickle without header":  {put("state", "\x8c\x02os\x8c\x06system\x93."), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"raw weights":            {put("w2.bin", "\x00\x00\x80\x3f"), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"prompt template":        {put("chat_template.jinja", "{{ x }}"), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"text with a full stop":  {put("NOTES", "one\ntwo words\nend."), ModelOptions{IgnoreUnsigned: true}, "ok"},
		"picture":                {put("a.png", "\x89PNG\r\n\x1a\n\x93\x00"), ModelOptions{IgnoreUnsigned: true}, "ok"},
		"empty note":             {put("NOTES", ""), ModelOptions{IgnoreUnsigned: true}, "ok"},
		"shared library version": {put("libx.so.1", "x"), ModelOptions{IgnoreUnsigned: true}, "unsigned"},
		"ignored by user, below": {put("sub/x/y", "x"), ModelOptions{Ignore: []string{"sub/x"}}, "ok"},
		"ignored directory holds a signed file that changed": {put("sub/adapter.bin", "ADAPTER"), ModelOptions{Ignore: []string{"sub"}}, "content"},
		"ignored directory holds a signed file that is gone": {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "sub/adapter.bin")) }, ModelOptions{Ignore: []string{"sub"}}, "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			signer := newSigner(t, newKey(elliptic.P256()))
			model := writeModel(t, modelFiles)
			bundle := signValue(t, signer, statementFor(modelFiles, modelNames...))
			tt.change(t, model)
			r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), tt.opts)
			if got := outcome(r, err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

// TestEmptyFiles signs files without bytes: their digest is that of nothing.
func TestEmptyFiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a": "", "b": ""}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, files)
	bundle := signValue(t, signer, statementFor(files, "a", "b"))
	if r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{}); outcome(r, err) != "ok" {
		t.Errorf("got %s (%v)", outcome(r, err), err)
	}
	if err := os.WriteFile(filepath.Join(model, "b"), []byte{0}, 0o644); err != nil {
		t.Fatal(err)
	}
	if r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{}); outcome(r, err) != "content" {
		t.Errorf("one byte more: got %s (%v)", outcome(r, err), err)
	}
}

// TestHashTypes verifies digests that other tools computed, and mixes them up.
func TestHashTypes(t *testing.T) {
	t.Parallel()
	b3, b2 := blake3.Sum256([]byte("abc")), blake2b.Sum512([]byte("abc"))
	// From the test vectors of the specifications: BLAKE3 and BLAKE2b of "abc".
	if got := hex.EncodeToString(b3[:]); got != "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85" {
		t.Fatalf("blake3 of abc is %s", got)
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, map[string]string{"w": "abc"})
	for name, tt := range map[string]struct{ hash, algorithm, digest, want string }{
		"blake3":               {"blake3", "blake3", hex.EncodeToString(b3[:]), "ok"},
		"blake3 as sha256":     {"sha256", "sha256", hex.EncodeToString(b3[:]), "content"},
		"sha256 as blake3":     {"blake3", "blake3", hexSHA256("abc"), "content"},
		"blake3, not told":     {"blake3", "sha256", hex.EncodeToString(b3[:]), "malformed"},
		"blake2b":              {"blake2b", "blake2b", hex.EncodeToString(b2[:]), "ok"},
		"blake2b cut":          {"blake2b", "blake2b", hex.EncodeToString(b2[:32]), "malformed"},
		"blake2 of the python": {"blake2", "blake2", hex.EncodeToString(b2[:]), "malformed"},
		"sha1":                 {"sha1", "sha1", strings.Repeat("a", 40), "malformed"},
	} {
		s := statementFor(map[string]string{"w": "abc"}, "w")
		serialization(s)["hash_type"] = tt.hash
		resource(s, 0)["algorithm"], resource(s, 0)["digest"] = tt.algorithm, tt.digest
		reroot(s)
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, s), trustKey(signer), ModelOptions{})
		if got := outcome(r, err); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
}
