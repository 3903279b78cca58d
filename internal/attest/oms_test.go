package attest

import (
	"context"
	"crypto/elliptic"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var modelFiles = map[string]string{"config.json": "{}", "sub/adapter.bin": "adapter", "weights.bin": "weights"}

var modelNames = []string{"config.json", "sub/adapter.bin", "weights.bin"}

// outcome names what became of a verification: ok, malformed, or the code of a refusal
// or of the first difference.
func outcome(r *ModelResult, err error) string {
	if err == nil {
		err = r.Err()
	}
	switch {
	case err == nil:
		return "ok"
	case IsMalformed(err):
		return "malformed"
	}
	if code := RefusalCode(err); code != "" {
		return code
	}
	return "error: " + err.Error()
}

func resource(s object, i int) object {
	return s["predicate"].(object)["resources"].([]any)[i].(object)
}

func serialization(s object) object {
	return s["predicate"].(object)["serialization"].(object)
}

// TestStatementRules signs statements that break one rule each (OMS v1.0 §5, §6, §8.3).
// The signature holds; the statement must be refused all the same.
func TestStatementRules(t *testing.T) {
	t.Parallel()
	setName := func(name string) func(object) {
		return func(s object) { resource(s, 0)["name"] = name }
	}
	tests := map[string]struct {
		edit func(object)
		want string
	}{
		"as signed":                    {func(object) {}, "ok"},
		"wrong statement type":         {func(s object) { s["_type"] = "https://in-toto.io/Statement/v0.1" }, "malformed"},
		"wrong predicate type":         {func(s object) { s["predicateType"] = "https://slsa.dev/provenance/v1" }, "predicate"},
		"predicate type with a suffix": {func(s object) { s["predicateType"] = PredicateOMS + "/" }, "predicate"},
		"no predicate":                 {func(s object) { delete(s, "predicate") }, "malformed"},
		"predicate is a list":          {func(s object) { s["predicate"] = []any{} }, "malformed"},
		"unknown member of statement":  {func(s object) { s["extra"] = 1 }, "malformed"},
		"unknown member of predicate":  {func(s object) { s["predicate"].(object)["extra"] = 1 }, "malformed"},
		"unknown serialization member": {func(s object) { serialization(s)["extra"] = 1 }, "malformed"},
		"unknown resource member":      {func(s object) { resource(s, 0)["uri"] = "x" }, "ok"},

		"no subject":           {func(s object) { s["subject"] = []any{} }, "malformed"},
		"two subjects":         {func(s object) { s["subject"] = append(s["subject"].([]any), s["subject"].([]any)[0]) }, "malformed"},
		"subject without name": {func(s object) { s["subject"].([]any)[0].(object)["name"] = "" }, "malformed"},
		"subject name is free": {func(s object) { s["subject"].([]any)[0].(object)["name"] = "any thing" }, "ok"},
		"subject digest is another": {func(s object) {
			s["subject"].([]any)[0].(object)["digest"] = object{"sha256": strings.Repeat("0", 64)}
		}, "malformed"},
		"subject digest by another algorithm": {func(s object) {
			s["subject"].([]any)[0].(object)["digest"] = object{"sha512": strings.Repeat("0", 128)}
		}, "malformed"},

		"no resources": {func(s object) { s["predicate"].(object)["resources"] = []any{}; reroot(s) }, "malformed"},
		"unsorted": {func(s object) {
			r := s["predicate"].(object)["resources"].([]any)
			r[0], r[2] = r[2], r[0]
			reroot(s)
		}, "malformed"},
		"named twice": {func(s object) {
			r := s["predicate"].(object)["resources"].([]any)
			s["predicate"].(object)["resources"] = []any{r[0], r[0], r[1], r[2]}
			reroot(s)
		}, "malformed"},
		"algorithm differs from hash_type": {func(s object) { resource(s, 1)["algorithm"] = "blake2b" }, "malformed"},
		"algorithm of python shards":       {func(s object) { resource(s, 1)["algorithm"] = "sha256-sharded-1000" }, "malformed"},
		"no algorithm":                     {func(s object) { delete(resource(s, 1), "algorithm") }, "malformed"},
		"unknown hash":                     {func(s object) { serialization(s)["hash_type"] = "md5" }, "malformed"},
		"upper case digest":                {func(s object) { resource(s, 0)["digest"] = strings.ToUpper(resource(s, 0)["digest"].(string)) }, "malformed"},
		"short digest":                     {func(s object) { resource(s, 0)["digest"] = "abcd"; reroot(s) }, "malformed"},
		"digest is no hex":                 {func(s object) { resource(s, 0)["digest"] = strings.Repeat("g", 64) }, "malformed"},
		"digest of other bytes":            {func(s object) { resource(s, 0)["digest"] = strings.Repeat("a", 64); reroot(s) }, "content"},

		"name absolute":            {setName("/config.json"), "malformed"},
		"name leaves the root":     {setName("../config.json"), "malformed"},
		"name leaves inside":       {setName("a/../../config.json"), "malformed"},
		"name with a dot":          {setName("./config.json"), "malformed"},
		"name with an inner dot":   {setName("./sub/./x"), "malformed"},
		"name with double slashes": {setName("a//config.json"), "malformed"},
		"name with trailing slash": {setName("config.json/"), "malformed"},
		"empty name":               {setName(""), "malformed"},
		"name with NUL":            {setName("a\x00b"), "malformed"},
		"name is the root":         {setName("."), "malformed"},
		"name of a directory":      {func(s object) { resource(s, 1)["name"] = "sub" }, "missing"},
		"name in other case":       {func(s object) { resource(s, 0)["name"] = "Config.json" }, "missing"},

		"unknown method":       {func(s object) { serialization(s)["method"] = "tree" }, "malformed"},
		"no method":            {func(s object) { delete(serialization(s), "method") }, "malformed"},
		"no allow_symlinks":    {func(s object) { delete(serialization(s), "allow_symlinks") }, "malformed"},
		"allow_symlinks text":  {func(s object) { serialization(s)["allow_symlinks"] = "false" }, "malformed"},
		"shard_size for files": {func(s object) { serialization(s)["shard_size"] = 10 }, "malformed"},

		"ignore_paths empty":           {func(s object) { serialization(s)["ignore_paths"] = []any{} }, "ok"},
		"ignore_paths of git":          {func(s object) { serialization(s)["ignore_paths"] = []any{".git", ".github"} }, "ok"},
		"ignore_paths null":            {func(s object) { serialization(s)["ignore_paths"] = nil }, "malformed"},
		"ignore_paths with a pattern":  {func(s object) { serialization(s)["ignore_paths"] = []any{"*.log"} }, "malformed"},
		"ignore_paths absolute":        {func(s object) { serialization(s)["ignore_paths"] = []any{"/tmp"} }, "malformed"},
		"ignore_paths leaves":          {func(s object) { serialization(s)["ignore_paths"] = []any{"a/../../b"} }, "malformed"},
		"ignore_paths is everything":   {func(s object) { serialization(s)["ignore_paths"] = []any{"."} }, "malformed"},
		"ignore_paths number":          {func(s object) { serialization(s)["ignore_paths"] = []any{1} }, "malformed"},
		"ignore_paths of a signed one": {func(s object) { serialization(s)["ignore_paths"] = []any{"sub"} }, "malformed"},
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, modelFiles)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statement := statementFor(modelFiles, modelNames...)
			tt.edit(statement)
			r, err := VerifyModel(context.Background(), model, signValue(t, signer, statement), trustKey(signer), ModelOptions{})
			if got := outcome(r, err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

// TestRawStatements are payloads that a JSON encoder would not write.
func TestRawStatements(t *testing.T) {
	t.Parallel()
	good := string(must(json.Marshal(statementFor(modelFiles, modelNames...))))
	tests := map[string]struct{ payload, want string }{
		"as signed":           {good, "ok"},
		"spaces":              {" \n" + good + "\n ", "ok"},
		"duplicate key":       {strings.Replace(good, `"_type":`, `"_type":"x","_type":`, 1), "malformed"},
		"duplicate inner key": {strings.Replace(good, `"method":`, `"method":"shards","method":`, 1), "malformed"},
		"escaped duplicate":   {strings.Replace(good, `"method":`, `"m\u0065thod":"shards","method":`, 1), "malformed"},
		"key in other case":   {strings.Replace(good, `"method":`, `"Method":`, 1), "malformed"},
		"two documents":       {good + good, "malformed"},
		"trailing text":       {good + "x", "malformed"},
		"not UTF-8":           {strings.Replace(good, `config.json`, "config\xff.json", 1), "malformed"},
		"lone surrogate":      {strings.Replace(good, `config.json`, `config\ud800.json`, 1), "malformed"},
		"low surrogate first": {strings.Replace(good, `config.json`, `config\udc00\ud800.json`, 1), "malformed"},
		"comment":             {good[:1] + "/* */" + good[1:], "malformed"},
		"trailing comma":      {good[:len(good)-1] + ",}", "malformed"},
		"byte order mark":     {"\ufeff" + good, "malformed"},
		"array":               {"[" + good + "]", "malformed"},
		"null":                {"null", "malformed"},
		"too deep":            {strings.Repeat("[", 200) + strings.Repeat("]", 200), "malformed"},
	}
	signer := newSigner(t, newKey(elliptic.P384()))
	model := writeModel(t, modelFiles)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bundle := must(signer.Sign([]byte(tt.payload)))
			r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{})
			if got := outcome(r, err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}

func material(b object) object { return b["verificationMaterial"].(object) }

func envelope(b object) object { return b["dsseEnvelope"].(object) }

// TestBundleRules damages the bundle around a valid statement (§4, §8.1).
func TestBundleRules(t *testing.T) {
	t.Parallel()
	key := newKey(elliptic.P256())
	signer := newSigner(t, key)
	leaf := issue(key, nil, nil, nil)
	signature := func(b object) object { return envelope(b)["signatures"].([]any)[0].(object) }
	tests := map[string]struct {
		edit func(object)
		want string
	}{
		"as signed":           {func(object) {}, "ok"},
		"media type v0.1":     {func(b object) { b["mediaType"] = "application/vnd.dev.sigstore.bundle+json;version=0.1" }, "ok"},
		"media type json":     {func(b object) { b["mediaType"] = "application/json" }, "malformed"},
		"media type of later": {func(b object) { b["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.9+json" }, "malformed"},
		"media type missing":  {func(b object) { delete(b, "mediaType") }, "malformed"},
		"no material":         {func(b object) { delete(b, "verificationMaterial") }, "malformed"},
		"no envelope":         {func(b object) { delete(b, "dsseEnvelope") }, "malformed"},
		"unknown member":      {func(b object) { b["extra"] = 1 }, "malformed"},
		"snake case":          {func(b object) { b["dsse_envelope"] = b["dsseEnvelope"]; delete(b, "dsseEnvelope") }, "malformed"},
		"message beside":      {func(b object) { b["messageSignature"] = object{} }, "malformed"},
		"message instead":     {func(b object) { b["messageSignature"] = object{}; delete(b, "dsseEnvelope") }, "malformed"},
		"no key":              {func(b object) { delete(material(b), "publicKey") }, "malformed"},
		"key and chain": {func(b object) {
			material(b)["x509CertificateChain"] = object{"certificates": []any{object{"rawBytes": b64(leaf.Raw)}}}
		}, "malformed"},
		"key and null chain":  {func(b object) { material(b)["x509CertificateChain"] = nil }, "ok"},
		"no log entries":      {func(b object) { delete(material(b), "tlogEntries") }, "ok"},
		"log entries of text": {func(b object) { material(b)["tlogEntries"] = "x" }, "malformed"},
		"hint missing":        {func(b object) { material(b)["publicKey"] = object{} }, "malformed"},
		"hint a number":       {func(b object) { material(b)["publicKey"] = object{"hint": 1} }, "malformed"},
		"hint empty":          {func(b object) { material(b)["publicKey"] = object{"hint": ""} }, "ok"},
		"hint free text":      {func(b object) { material(b)["publicKey"] = object{"hint": "release key"} }, "ok"},
		"hint of another key": {func(b object) { material(b)["publicKey"] = object{"hint": strings.Repeat("ab", 32)} }, "key"},
		"hint of sigstore-go": {func(b object) { material(b)["publicKey"] = object{"hint": hints(signer.Public())[3]} }, "ok"},
		"raw key": {func(b object) {
			material(b)["publicKey"] = object{"rawBytes": b64(publicPEM(signer.Public())), "keyDetails": "x"}
		}, "ok"},
		"raw key of another": {func(b object) {
			material(b)["publicKey"] = object{"rawBytes": b64(publicPEM(newKey(elliptic.P256()).Public()))}
		}, "key"},
		"raw key no base64": {func(b object) { material(b)["publicKey"] = object{"rawBytes": "%"} }, "malformed"},
		"signed by chain": {func(b object) {
			b["verificationMaterial"] = object{"x509CertificateChain": object{"certificates": []any{object{"rawBytes": b64(leaf.Raw)}}}}
		}, "method"},
		"empty chain": {func(b object) {
			b["verificationMaterial"] = object{"x509CertificateChain": object{"certificates": []any{}}}
		}, "malformed"},
		"keyless without log": {func(b object) {
			b["verificationMaterial"] = object{"certificate": object{"rawBytes": b64(leaf.Raw)}, "tlogEntries": []any{}}
		}, "malformed"},
		"keyless as key": {func(b object) {
			b["verificationMaterial"] = object{"certificate": object{"rawBytes": b64(leaf.Raw)}, "tlogEntries": []any{object{}}}
		}, "method"},
		"payload type":         {func(b object) { envelope(b)["payloadType"] = "application/json" }, "malformed"},
		"payload empty":        {func(b object) { envelope(b)["payload"] = "" }, "malformed"},
		"payload line break":   {func(b object) { envelope(b)["payload"] = envelope(b)["payload"].(string) + "\n" }, "malformed"},
		"payload not base64":   {func(b object) { envelope(b)["payload"] = "{}" }, "malformed"},
		"payload of another":   {func(b object) { envelope(b)["payload"] = b64([]byte("{}")) }, "signature"},
		"no signature":         {func(b object) { envelope(b)["signatures"] = []any{} }, "malformed"},
		"two signatures":       {func(b object) { envelope(b)["signatures"] = []any{signature(b), signature(b)} }, "malformed"},
		"signature empty":      {func(b object) { signature(b)["sig"] = "" }, "malformed"},
		"signature garbage":    {func(b object) { signature(b)["sig"] = b64([]byte("garbage")) }, "signature"},
		"keyid null":           {func(b object) { signature(b)["keyid"] = nil }, "ok"},
		"keyid absent":         {func(b object) { delete(signature(b), "keyid") }, "ok"},
		"keyid text":           {func(b object) { signature(b)["keyid"] = "anything" }, "ok"},
		"keyid number":         {func(b object) { signature(b)["keyid"] = 1 }, "malformed"},
		"extra in signature":   {func(b object) { signature(b)["extra"] = 1 }, "malformed"},
		"extra in envelope":    {func(b object) { envelope(b)["extra"] = 1 }, "malformed"},
		"extra in material":    {func(b object) { material(b)["extra"] = 1 }, "malformed"},
		"timestamps of a list": {func(b object) { material(b)["timestampVerificationData"] = []any{} }, "malformed"},
	}
	model := writeModel(t, modelFiles)
	bundle := signValue(t, signer, statementFor(modelFiles, modelNames...))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := VerifyModel(context.Background(), model, editBundle(bundle, tt.edit), trustKey(signer), ModelOptions{})
			if got := outcome(r, err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
	for name, raw := range map[string]string{
		"empty": "", "blank": " \n", "truncated": string(bundle[:len(bundle)/2]), "two": string(bundle) + string(bundle),
		"duplicate": strings.Replace(string(bundle), `{"dsseEnvelope"`, `{"mediaType":"x","dsseEnvelope"`, 1), "garbage": "\x00\x01",
	} {
		if _, err := VerifyModel(context.Background(), model, []byte(raw), trustKey(signer), ModelOptions{}); !IsMalformed(err) {
			t.Errorf("%s: got %v, want malformed", name, err)
		}
	}
}

// TestModelDiffers changes the model after it was signed (§8.4, §8.5).
func TestModelDiffers(t *testing.T) {
	t.Parallel()
	write := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			file := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	link := func(name, target string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			_ = os.Remove(filepath.Join(dir, name))
			if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	lenient := ModelOptions{IgnoreUnsigned: true}
	tests := map[string]struct {
		change func(*testing.T, string)
		opts   ModelOptions
		want   string
	}{
		"nothing":                   {func(*testing.T, string) {}, ModelOptions{}, "ok"},
		"content":                   {write("weights.bin", "WEIGHTS"), ModelOptions{}, "content"},
		"content, ignored by user":  {write("weights.bin", "WEIGHTS"), ModelOptions{Ignore: []string{"weights.bin"}}, "content"},
		"removed":                   {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "weights.bin")) }, ModelOptions{}, "missing"},
		"removed, lenient":          {func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "weights.bin")) }, lenient, "missing"},
		"added":                     {write("notes.txt", "x"), ModelOptions{}, "unsigned"},
		"added, ignored by user":    {write("notes.txt", "x"), ModelOptions{Ignore: []string{"notes.txt"}}, "ok"},
		"added, similar name":       {write("notes.txt.bak", "x"), ModelOptions{Ignore: []string{"notes.txt"}}, "unsigned"},
		"added, lenient":            {write("notes.txt", "x"), lenient, "ok"},
		"text called .bin, lenient": {write("extra.bin", "some text\n"), lenient, "ok"},
		"code, lenient":             {write("modeling.py", "x"), lenient, "unsigned"},
		"weights, lenient":          {write("m2.safetensors", "x"), lenient, "unsigned"},
		"pickle as .bin, lenient":   {write("x.bin", "\x80\x02."), lenient, "unsigned"},
		"zip as .dat, lenient":      {write("x.dat", "PK\x03\x04...."), lenient, "unsigned"},
		"tensors by magic, lenient": {write("x.dat", "\x10\x00\x00\x00\x00\x00\x00\x00{\"a\":1}   "), lenient, "unsigned"},
		"script by magic, lenient":  {write("run", "#!/bin/sh\n"), lenient, "unsigned"},
		"git at the top":            {write(".git/config", "x"), ModelOptions{}, "ok"},
		"gitignore at the top":      {write(".gitignore", "x"), ModelOptions{}, "ok"},
		"github at the top":         {write(".github/w.yml", "x"), ModelOptions{}, "ok"},
		"git below":                 {write("sub/.git/config", "x"), ModelOptions{}, "unsigned"},
		"gitmodules":                {write(".gitmodules", "x"), ModelOptions{}, "unsigned"},
		"link inside":               {link("link", "weights.bin"), ModelOptions{}, "symlink"},
		"link inside, lenient":      {link("link", "weights.bin"), lenient, "symlink"},
		"link in place of a file":   {link("weights.bin", "sub/adapter.bin"), ModelOptions{}, "missing"},
		"link outside":              {link("link", "/etc/hostname"), lenient, "symlink"},
		"link ignored by user":      {link("link", "weights.bin"), ModelOptions{Ignore: []string{"link"}}, "ok"},
		"ignored path with pattern": {func(*testing.T, string) {}, ModelOptions{Ignore: []string{"*.log"}}, "error: ignored path: \"*.log\" holds a pattern"},
		"directory in place of file": {func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, "weights.bin"))
			write("weights.bin/x", "x")(t, dir)
		}, lenient, "missing"},
	}
	signer := newSigner(t, newKey(elliptic.P521()))
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model := writeModel(t, modelFiles)
			bundle, _, err := SignModel(context.Background(), model, signer, ModelOptions{})
			if err != nil {
				t.Fatal(err)
			}
			tt.change(t, model)
			r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), tt.opts)
			if got := outcome(r, err); got != tt.want {
				t.Errorf("got %s (%v), want %s", got, err, tt.want)
			}
		})
	}
}
