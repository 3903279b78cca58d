package attest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shardStatement signs one file in byte ranges.
func shardStatement(content string, size int64, names ...string) object {
	resources := []any{}
	for _, name := range names {
		_, start, end, err := splitShard(name)
		digest := strings.Repeat("a", 64)
		if err == nil && end <= int64(len(content)) {
			digest = hexSHA256(content[start:end])
		}
		resources = append(resources, object{"name": name, "digest": digest, "algorithm": "sha256"})
	}
	s := object{"_type": statementType, "predicateType": PredicateOMS,
		"predicate": object{"resources": resources, "serialization": object{"method": "shards", "hash_type": "sha256", "allow_symlinks": false, "shard_size": size}}}
	reroot(s)
	return s
}

func TestShardRules(t *testing.T) {
	t.Parallel()
	const content = "0123456789abcdefghijXYZ" // 23 bytes
	tests := map[string]struct {
		statement object
		want      string
	}{
		"complete":            {shardStatement(content, 10, "w.bin:0:10", "w.bin:10:20", "w.bin:20:23"), "ok"},
		"one shard":           {shardStatement(content, 100, "w.bin:0:23"), "ok"},
		"first part missing":  {shardStatement(content, 10, "w.bin:10:20", "w.bin:20:23"), "malformed"},
		"middle part missing": {shardStatement(content, 10, "w.bin:0:10", "w.bin:20:23"), "malformed"},
		"last part missing":   {shardStatement(content, 10, "w.bin:0:10", "w.bin:10:20"), "content"},
		"overlap":             {shardStatement(content, 10, "w.bin:0:10", "w.bin:10:20", "w.bin:5:15"), "malformed"},
		"longer than size":    {shardStatement(content, 10, "w.bin:0:20", "w.bin:20:23"), "malformed"},
		"short in the middle": {shardStatement(content, 10, "w.bin:0:5", "w.bin:5:15", "w.bin:15:23"), "malformed"},
		"past the end":        {shardStatement(content, 30, "w.bin:0:30"), "content"},
		"no range":            {shardStatement(content, 30, "w.bin"), "malformed"},
		"one number":          {shardStatement(content, 30, "w.bin:23"), "malformed"},
		"empty range":         {shardStatement(content, 10, "w.bin:0:0"), "malformed"},
		"backwards":           {shardStatement(content, 10, "w.bin:10:0"), "malformed"},
		"signed numbers":      {shardStatement(content, 30, "w.bin:+0:23"), "malformed"},
		"leading zero":        {shardStatement(content, 30, "w.bin:00:23"), "malformed"},
		"negative":            {shardStatement(content, 30, "w.bin:-1:23"), "malformed"},
		"size missing": {func() object {
			s := shardStatement(content, 30, "w.bin:0:23")
			delete(serialization(s), "shard_size")
			return s
		}(), "malformed"},
		"size zero":     {shardStatement(content, 0, "w.bin:0:23"), "malformed"},
		"size negative": {shardStatement(content, -1, "w.bin:0:23"), "malformed"},
		"size a fraction": {func() object {
			s := shardStatement(content, 30, "w.bin:0:23")
			serialization(s)["shard_size"] = 30.5
			return s
		}(), "malformed"},
		"size text": {func() object {
			s := shardStatement(content, 30, "w.bin:0:23")
			serialization(s)["shard_size"] = "30"
			return s
		}(), "malformed"},
		"root as shard":        {shardStatement(content, 30, ".:0:23"), "subject"},
		"leaves the root":      {shardStatement(content, 30, "../w.bin:0:23"), "malformed"},
		"changed in one shard": {shardStatement(content[:12]+"?"+content[13:], 10, "w.bin:0:10", "w.bin:10:20", "w.bin:20:23"), "content"},
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, map[string]string{"w.bin": content, "empty.txt": ""})
	for name, tt := range tests {
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, tt.statement), trustKey(signer), ModelOptions{})
		if got := outcome(r, err); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
}

func TestSplitShard(t *testing.T) {
	t.Parallel()
	file, start, end, err := splitShard("a:1:2:b:10:20")
	if err != nil || file != "a:1:2:b" || start != 10 || end != 20 {
		t.Errorf("got %q %d %d %v", file, start, end, err)
	}
}

// TestRoundTrips signs and verifies with every kind of key, hash and serialization.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	files := map[string]string{"a.txt": "a", "a/b.bin": strings.Repeat("x", 25), "empty": "", "模型.bin": "u", "with: 1:2": "colon"}
	model := writeModel(t, files)
	for name, key := range map[string]any{"P-256": newKey(elliptic.P256()), "P-384": newKey(elliptic.P384()), "P-521": newKey(elliptic.P521()), "Ed25519": ed25519Key()} {
		for _, opts := range []ModelOptions{{}, {HashType: "blake2b"}, {ShardSize: 10}, {ShardSize: 10, HashType: "blake2b"}} {
			signer := newSigner(t, key)
			bundle, m, err := SignModel(context.Background(), model, signer, opts)
			if err != nil {
				t.Fatalf("%s %+v: %v", name, opts, err)
			}
			if !slices.IsSortedFunc(m.Resources, byName) {
				t.Errorf("%s %+v: resources are not sorted", name, opts)
			}
			r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{})
			if got := outcome(r, err); got != "ok" {
				t.Errorf("%s %+v: got %s (%v)", name, opts, got, err)
			}
			other := trustKey(newSigner(t, newKey(elliptic.P256())))
			if _, err := VerifyModel(context.Background(), model, bundle, other, ModelOptions{}); RefusalCode(err) != "key" {
				t.Errorf("%s: another key: got %v", name, err)
			}
		}
	}
	if _, err := NewSigner(privatePEM(newKey(elliptic.P224())), nil); RefusalCode(err) != "key" {
		t.Errorf("P-224: got %v", err)
	}
}

func TestSigningIsDeterministic(t *testing.T) {
	t.Parallel()
	model := writeModel(t, modelFiles)
	payload := func() string {
		m, err := BuildManifest(context.Background(), model, ModelOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return string(must(m.Payload()))
	}
	first := payload()
	if second := payload(); first != second {
		t.Errorf("two manifests differ:\n%s", cmp.Diff(first, second))
	}
	want := statementFor(modelFiles, modelNames...)
	want["subject"].([]any)[0].(object)["name"] = filepath.Base(model)
	serialization(want)["ignore_paths"] = []any{".git", ".gitattributes", ".github", ".gitignore"}
	var got object
	if err := json.Unmarshal([]byte(first), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}
}

// TestSigningRefuses lists what cannot be signed (§6.1).
func TestSigningRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		build func(dir string) error
		want  string
	}{
		"nothing":         {func(string) error { return nil }, "content"},
		"only git":        {func(dir string) error { return os.WriteFile(filepath.Join(dir, ".gitignore"), nil, 0o644) }, "content"},
		"link":            {func(dir string) error { return os.Symlink("/etc/hostname", filepath.Join(dir, "x")) }, "symlink"},
		"link to itself":  {func(dir string) error { return os.Symlink(".", filepath.Join(dir, "x")) }, "symlink"},
		"named pipe":      {func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "x"), 0o644) }, "special"},
		"name not UTF-8":  {func(dir string) error { return os.WriteFile(filepath.Join(dir, "x\xff"), []byte("x"), 0o644) }, "special"},
		"model not there": {os.RemoveAll, ""},
	}
	signer := newSigner(t, newKey(elliptic.P256()))
	for name, tt := range tests {
		dir := t.TempDir()
		if err := tt.build(dir); err != nil {
			t.Fatal(err)
		}
		if _, _, err := SignModel(context.Background(), dir, signer, ModelOptions{}); err == nil || RefusalCode(err) != tt.want {
			t.Errorf("%s: got %v, want code %q", name, err, tt.want)
		}
	}
}

// TestSpecialFilesFailVerification puts a pipe beside a signed model: reading it would
// block for ever.
func TestSpecialFilesFailVerification(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, modelFiles)
	bundle := signValue(t, signer, statementFor(modelFiles, modelNames...))
	if err := syscall.Mkfifo(filepath.Join(model, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{IgnoreUnsigned: true})
	if got := outcome(r, err); got != "special" {
		t.Errorf("got %s (%v)", got, err)
	}
}

// TestLinksThatTheSignerFollowed verifies a model signed with allow_symlinks: links
// inside the model count as files, links out of it are refused.
func TestLinksThatTheSignerFollowed(t *testing.T) {
	t.Parallel()
	files := map[string]string{"link": "weights", "weights.bin": "weights"}
	statement := statementFor(files, "link", "weights.bin")
	serialization(statement)["allow_symlinks"] = true
	signer := newSigner(t, newKey(elliptic.P256()))
	outside := filepath.Join(t.TempDir(), "w")
	if err := os.WriteFile(outside, []byte("weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{"weights.bin": "ok", outside: "missing", "nowhere": "missing"} {
		model := writeModel(t, map[string]string{"weights.bin": "weights"})
		if err := os.Symlink(target, filepath.Join(model, "link")); err != nil {
			t.Fatal(err)
		}
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, statement), trustKey(signer), ModelOptions{})
		if got := outcome(r, err); got != want {
			t.Errorf("link to %s: got %s (%v), want %s", target, got, err, want)
		}
	}
	model := writeModel(t, files)
	if err := os.Symlink(".", filepath.Join(model, "loop")); err != nil {
		t.Fatal(err)
	}
	r, err := VerifyModel(context.Background(), model, signValue(t, signer, statement), trustKey(signer), ModelOptions{})
	if got := outcome(r, err); got != "symlink" {
		t.Errorf("loop: got %s (%v)", got, err)
	}
}

// TestSignerIgnores reports what the signer left out, and what of it is there.
func TestSignerIgnores(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, map[string]string{"w.bin": "w", "code/modeling.py": "x", "code2.py": "y", ".git/config": "z"})
	bundle, _, err := SignModel(context.Background(), model, signer, ModelOptions{Ignore: []string{"code", "code2.py"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{})
	if got := outcome(r, err); got != "ok" {
		t.Fatalf("got %s (%v)", got, err)
	}
	if diff := cmp.Diff([]string{"code", "code2.py"}, r.Ignored); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{".git", "code", "code2.py"}, r.Unsigned); diff != "" {
		t.Errorf("unsigned (-want +got):\n%s", diff)
	}
}

func TestSignatureInsideTheModel(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, modelFiles)
	file := filepath.Join(model, "model.sig")
	for range 2 { // the second time the first signature is there
		bundle, m, err := SignModel(context.Background(), model, signer, ModelOptions{Signature: file})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Resources) != len(modelFiles) || !slices.Contains(m.IgnorePaths, "model.sig") {
			t.Errorf("signed %v, ignored %v", m.Resources, m.IgnorePaths)
		}
		if err := os.WriteFile(file, bundle, 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := VerifyModel(context.Background(), model, bundle, trustKey(signer), ModelOptions{Signature: file})
		if got := outcome(r, err); got != "ok" {
			t.Errorf("got %s (%v)", got, err)
		}
	}
}

// TestOldBundles verifies what older versions of the reference implementation wrote (§11).
func TestOldBundles(t *testing.T) {
	t.Parallel()
	key := newKey(elliptic.P384())
	signer := newSigner(t, key)
	model := writeModel(t, modelFiles)
	file := filepath.Join(model, "config.json")

	single := statementFor(map[string]string{".": "{}"}, ".")
	r, err := VerifyModel(context.Background(), file, signValue(t, signer, single), trustKey(signer), ModelOptions{})
	if got := outcome(r, err); got != "ok" {
		t.Errorf(`single file ".": got %s (%v)`, got, err)
	}
	if r, err = VerifyModel(context.Background(), model, signValue(t, signer, single), trustKey(signer), ModelOptions{}); outcome(r, err) != "subject" {
		t.Errorf(`"." for a directory: got %s`, outcome(r, err))
	}
	named := statementFor(map[string]string{"config.json": "{}"}, "config.json")
	if r, err = VerifyModel(context.Background(), file, signValue(t, signer, named), trustKey(signer), ModelOptions{}); outcome(r, err) != "ok" {
		t.Errorf("single file by name: got %s (%v)", outcome(r, err), err)
	}

	subjects := []any{}
	for _, name := range modelNames {
		subjects = append(subjects, object{"name": name, "digest": object{"sha256": hexSHA256(modelFiles[name])}})
	}
	v02 := object{"_type": statementType, "predicateType": predicateOMSv0, "subject": subjects, "predicate": object{"unused": "it's \"unused\"\n"}}
	if r, err = VerifyModel(context.Background(), model, signValue(t, signer, v02), trustKey(signer), ModelOptions{}); outcome(r, err) != "ok" {
		t.Errorf("0.2.0 with the right encoding: got %s (%v)", outcome(r, err), err)
	}
	if r, err = VerifyModel(context.Background(), model, signLegacy(key, v02), trustKey(signer), ModelOptions{}); outcome(r, err) != "ok" {
		t.Errorf("0.2.0 with its own encoding: got %s (%v)", outcome(r, err), err)
	}
	current := statementFor(modelFiles, modelNames...)
	if r, err = VerifyModel(context.Background(), model, signLegacy(key, current), trustKey(signer), ModelOptions{}); outcome(r, err) != "signature" {
		t.Errorf("current statement with the encoding of 0.2.0: got %s", outcome(r, err))
	}
}

// signLegacy signs as version 0.2.0 did: its own encoding, SHA-256 on every curve.
func signLegacy(key *ecdsa.PrivateKey, statement object) []byte {
	payload := must(json.MarshalIndent(statement, "", "  "))
	sum := sha256.Sum256(legacyPAE(payloadType, payload))
	signature := must(ecdsa.SignASN1(nil, key, sum[:]))
	return must(json.Marshal(object{"mediaType": bundleMediaType,
		"verificationMaterial": object{"publicKey": object{"rawBytes": b64(publicPEM(key.Public()))}},
		"dsseEnvelope":         object{"payload": b64(payload), "payloadType": payloadType, "signatures": []any{object{"sig": b64(signature), "keyid": nil}}}}))
}

func TestPythonBytes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a":                     `b'a'`,
		"it's":                  `b"it's"`,
		`"`:                     `b'"'`,
		`'"`:                    `b'\'"'`,
		"\\\t\n\r\x00\xe9~\x7f": `b'\\\t\n\r\x00\xe9~\x7f'`,
	} {
		if got := pythonBytes([]byte(in)); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}

// TestCertificates holds the certificate method to §4.1 and §8.2.
func TestCertificates(t *testing.T) {
	t.Parallel()
	ca, other := newAuthority("good"), newAuthority("other")
	key := newKey(elliptic.P384())
	tests := map[string]struct {
		change   func(*x509.Certificate)
		identity string
		roots    []*x509.Certificate
		want     string
	}{
		"good":                 {nil, "", nil, "ok"},
		"wrong root":           {nil, "", []*x509.Certificate{other.root}, "certificate"},
		"nobody trusted":       {nil, "", []*x509.Certificate{}, "method"},
		"expired":              {func(c *x509.Certificate) { c.NotAfter = testNow.Add(-time.Second) }, "", nil, "expired"},
		"not yet valid":        {func(c *x509.Certificate) { c.NotBefore = testNow.Add(time.Second) }, "", nil, "expired"},
		"last second":          {func(c *x509.Certificate) { c.NotAfter = testNow }, "", nil, "ok"},
		"may not sign":         {func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }, "", nil, "certificate"},
		"states no use":        {func(c *x509.Certificate) { c.KeyUsage = 0 }, "", nil, "ok"},
		"for web servers":      {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }, "", nil, "certificate"},
		"for code":             {func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} }, "", nil, "ok"},
		"identity in subject":  {nil, "CN=model signer", nil, "ok"},
		"identity by name":     {func(c *x509.Certificate) { c.EmailAddresses = []string{"ml@example.com"} }, "*@example.com", nil, "ok"},
		"identity of another":  {func(c *x509.Certificate) { c.EmailAddresses = []string{"eve@example.org"} }, "*@example.com", nil, "identity"},
		"identity as a prefix": {func(c *x509.Certificate) { c.EmailAddresses = []string{"ml@example.com.evil.org"} }, "ml@example.com", nil, "identity"},
		"identity by URI":      {func(c *x509.Certificate) { c.URIs = []*url.URL{must(url.Parse("spiffe://acme/train"))} }, "spiffe://acme/train", nil, "ok"},
		"unknown critical":     {func(c *x509.Certificate) { c.ExtraExtensions = criticalExtension() }, "", nil, "certificate"},
	}
	model := writeModel(t, modelFiles)
	for name, tt := range tests {
		signer := newSigner(t, key, ca.leaf(key, tt.change), ca.middle)
		trust := &Trust{Roots: []*x509.Certificate{ca.root}, Identity: tt.identity, Now: testNow}
		if tt.roots != nil {
			trust.Roots = tt.roots
		}
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, statementFor(modelFiles, modelNames...)), trust, ModelOptions{})
		if got := outcome(r, err); got != tt.want {
			t.Errorf("%s: got %s (%v), want %s", name, got, err, tt.want)
		}
	}
}

func TestCertificateChains(t *testing.T) {
	t.Parallel()
	ca := newAuthority("good")
	key := newKey(elliptic.P256())
	leaf := ca.leaf(key, nil)
	model := writeModel(t, modelFiles)
	verify := func(signer *Signer, roots ...*x509.Certificate) string {
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, statementFor(modelFiles, modelNames...)), &Trust{Roots: roots, Now: testNow}, ModelOptions{})
		return outcome(r, err)
	}
	if got := verify(newSigner(t, key, leaf), ca.root); got != "certificate" {
		t.Errorf("intermediate missing: got %s", got)
	}
	if got := verify(newSigner(t, key, leaf, ca.middle, ca.root), ca.root); got != "ok" {
		t.Errorf("root in the chain: got %s", got)
	}
	if got := verify(newSigner(t, key, leaf, ca.middle, ca.root), newAuthority("x").root); got != "certificate" {
		t.Errorf("root of the bundle itself must not be trusted: got %s", got)
	}
	self := issue(key, nil, nil, nil)
	if got := verify(newSigner(t, key, self, self), self); got != "ok" {
		t.Errorf("self-signed and trusted: got %s", got)
	}
	expired := issue(key, nil, nil, func(c *x509.Certificate) { c.NotAfter = testNow.AddDate(0, 0, -1) })
	if got := verify(newSigner(t, key, expired), expired); got != "expired" {
		t.Errorf("self-signed, trusted and expired: got %s", got)
	}
	// The leaf of the chain is for another key than the signature.
	stolen := editBundle(signValue(t, newSigner(t, newKey(elliptic.P256())), statementFor(modelFiles, modelNames...)), func(b object) {
		b["verificationMaterial"] = object{"x509CertificateChain": object{"certificates": []any{object{"rawBytes": b64(leaf.Raw)}, object{"rawBytes": b64(ca.middle.Raw)}}}}
	})
	if r, err := VerifyModel(context.Background(), model, stolen, &Trust{Roots: []*x509.Certificate{ca.root}, Now: testNow}, ModelOptions{}); outcome(r, err) != "signature" {
		t.Errorf("certificate of another key: got %s", outcome(r, err))
	}
	if _, err := NewSigner(privatePEM(newKey(elliptic.P256())), certPEM(leaf)); RefusalCode(err) != "certificate" {
		t.Errorf("signing with the certificate of another key: got %v", err)
	}
}

// TestPythonOrder accepts the order in which the reference implementation writes
// resources where it differs from the specification's, and no other.
func TestPythonOrder(t *testing.T) {
	t.Parallel()
	files := map[string]string{"onnx-int8.bin": "1", "onnx/model.bin": "2", "z": "3"}
	signer := newSigner(t, newKey(elliptic.P256()))
	model := writeModel(t, files)
	for want, names := range map[string][]string{"ok": {"onnx/model.bin", "onnx-int8.bin", "z"}, "malformed": {"z", "onnx/model.bin", "onnx-int8.bin"}} {
		r, err := VerifyModel(context.Background(), model, signValue(t, signer, statementFor(files, names...)), trustKey(signer), ModelOptions{})
		if got := outcome(r, err); got != want {
			t.Errorf("%v: got %s (%v), want %s", names, got, err, want)
		}
	}
}

func TestFileChangesWhileHashed(t *testing.T) {
	t.Parallel()
	model := writeModel(t, map[string]string{"w.bin": "weights"})
	tree, err := openTree(model, treeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.close()
	j := &job{name: "w.bin", end: -1, want: 7}
	if err := os.WriteFile(filepath.Join(model, "w.bin"), []byte("more weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := tree.hashFile(context.Background(), hashSHA256, j, make([]byte, 16)); RefusalCode(err) != "changed" {
		t.Errorf("got %v, want changed", err)
	}
}

func TestMatchIdentity(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, name string
		want          bool
	}{
		{"a", "a", true}, {"a", "ab", false}, {"*", "anything", true}, {"a*c", "abc", true}, {"a*c", "abcd", false},
		{"https://github.com/acme/*@refs/heads/main", "https://github.com/acme/x/.github/workflows/t.yml@refs/heads/main", true},
		{"https://github.com/acme/*@refs/heads/main", "https://github.com/evil/x@refs/heads/main", false},
		{"a*b*c", "a-b-c", true}, {"a*b*c", "a-c-b", false}, {"aa*aa", "aaa", false}, {"a.c", "abc", false},
	} {
		if got := MatchIdentity(tt.pattern, tt.name); got != tt.want {
			t.Errorf("%s ~ %s: got %v", tt.pattern, tt.name, got)
		}
	}
}

func TestRootDigest(t *testing.T) {
	t.Parallel()
	a, b := hexSHA256("a"), hexSHA256("b")
	sum := sha256.Sum256(append(must(hex.DecodeString(a)), must(hex.DecodeString(b))...))
	if got := rootDigest([]Resource{{Digest: a}, {Digest: b}}); got != fmt.Sprintf("%x", sum) {
		t.Errorf("got %s", got)
	}
}

func FuzzParseBundle(f *testing.F) {
	signer := newSigner(f, newKey(elliptic.P256()))
	f.Add(signValue(f, signer, statementFor(modelFiles, modelNames...)))
	f.Add([]byte(`{"mediaType":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := ParseBundle(data)
		if err != nil {
			if !IsMalformed(err) {
				t.Errorf("parsing gives %v, which is not malformed", err)
			}
			return
		}
		_, _ = ParseManifest(b.Payload)
	})
}

func FuzzParseManifest(f *testing.F) {
	f.Add(must(json.Marshal(statementFor(modelFiles, modelNames...))))
	f.Add(must(json.Marshal(shardStatement("0123456789", 5, "a:0:5", "a:5:10"))))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseManifest(data)
		if err != nil {
			return
		}
		for _, r := range m.Resources {
			if strings.HasPrefix(r.file, "/") || slices.Contains(strings.Split(r.file, "/"), "..") {
				t.Errorf("%q leaves the model", r.file)
			}
		}
	})
}
