package bundles

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/fstest"
)

var pack = fstest.MapFS{
	"training/a.rego":      {Data: []byte("package acme.training.a\n\nimport rego.v1\n\ndeny contains 1 if input.x\n")},
	"training/a_test.rego": {Data: []byte("package a_test\n\nimport rego.v1\n\ntest_a if true\n")},
	"notes.md":             {Data: []byte("not policy")},
}

func newKey(t *testing.T, curve elliptic.Curve) (private, public []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	priv, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: priv}), pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub})
}

func build(t *testing.T, opts BuildOptions) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Build(&b, pack, opts); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// rewrite passes each file of a packed bundle through edit; nil drops the file.
func rewrite(t *testing.T, packed []byte, edit func(name string, content []byte) []byte) []byte {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	tw := tar.NewWriter(zw)
	for tr := tar.NewReader(zr); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if content = edit(h.Name, content); content == nil {
			continue
		}
		h.Size = int64(len(content))
		if err := tw.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []io.Closer{tw, zw} {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// added returns the bundle with one policy more.
func added(t *testing.T, packed []byte) []byte {
	t.Helper()
	zr, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zr)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	zw := gzip.NewWriter(&out)
	tw := tar.NewWriter(zw)
	extra := []byte("package acme.training.b\n")
	if err := tw.WriteHeader(&tar.Header{Name: "/training/b.rego", Mode: 0o600, Size: int64(len(extra)), Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := tw.Write(extra); err != nil {
		t.Fatal(err)
	}
	if err := tw.Flush(); err != nil {
		t.Fatal(err)
	}
	if _, err := zw.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		private, public := newKey(t, curve)
		packed := build(t, BuildOptions{Revision: "r1", SigningKey: private, Data: map[string]any{"mlpolicy": map[string]any{"settings": map[string]any{"ACME-1": map[string]any{"limit": 1}}}}})
		b, err := Open(bytes.NewReader(packed), OpenOptions{PublicKey: public})
		if err != nil {
			t.Fatalf("%s: %v", curve.Params().Name, err)
		}
		if !b.Signed || b.Revision != "r1" || len(b.Modules) != 1 || b.Modules[0].Path != "training/a.rego" {
			t.Errorf("%s: got %+v", curve.Params().Name, b)
		}
		if strings.Join(b.Roots, " ") != "acme mlpolicy/settings/ACME-1" {
			t.Errorf("roots %v, want acme and that of its settings", b.Roots)
		}
	}
}

func TestSignAfterwards(t *testing.T) {
	t.Parallel()
	private, public := newKey(t, elliptic.P256())
	var b bytes.Buffer
	if err := Sign(&b, bytes.NewReader(build(t, BuildOptions{Revision: "r1"})), private); err != nil {
		t.Fatal(err)
	}
	if got, err := Open(bytes.NewReader(b.Bytes()), OpenOptions{PublicKey: public}); err != nil || got.Revision != "r1" || len(got.Modules) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUnsignedBuildIsDeterministic(t *testing.T) {
	t.Parallel()
	if !bytes.Equal(build(t, BuildOptions{Revision: "r"}), build(t, BuildOptions{Revision: "r"})) {
		t.Error("two builds of one pack differ")
	}
}

func TestTamperedBundlesAreRefused(t *testing.T) {
	t.Parallel()
	private, public := newKey(t, elliptic.P256())
	_, other := newKey(t, elliptic.P256())
	signed := build(t, BuildOptions{SigningKey: private, Data: map[string]any{"acme": map[string]any{"limit": 1}}})
	drop := func(suffix string) []byte {
		return rewrite(t, signed, func(name string, c []byte) []byte {
			if strings.HasSuffix(name, suffix) {
				return nil
			}
			return c
		})
	}
	change := func(suffix, from, to string) []byte {
		return rewrite(t, signed, func(name string, c []byte) []byte {
			if strings.HasSuffix(name, suffix) {
				return bytes.ReplaceAll(c, []byte(from), []byte(to))
			}
			return c
		})
	}
	tests := map[string]struct {
		packed []byte
		key    []byte
	}{
		"policy changed":     {change("a.rego", "input.x", "input.y"), public},
		"data changed":       {change("data.json", "1", "2"), public},
		"policy dropped":     {drop("a.rego"), public},
		"signature stripped": {drop(".signatures.json"), public},
		"signature emptied": {rewrite(t, signed, func(n string, c []byte) []byte {
			if strings.HasSuffix(n, ".signatures.json") {
				return []byte(`{"signatures":[]}`)
			}
			return c
		}), public},
		"another key":           {signed, other},
		"never signed":          {build(t, BuildOptions{}), public},
		"no key given":          {signed, nil},
		"file added":            {added(t, signed), public},
		"truncated":             {signed[:len(signed)/2], public},
		"not a bundle":          {[]byte("hello"), public},
		"key that is not a key": {signed, []byte("hello")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if b, err := Open(bytes.NewReader(test.packed), OpenOptions{PublicKey: test.key}); err == nil {
				t.Errorf("opened: %+v", b)
			}
		})
	}
	if _, err := Open(bytes.NewReader(signed), OpenOptions{PublicKey: public}); err != nil {
		t.Errorf("the untouched bundle does not open: %v", err)
	}
	if b, err := Open(bytes.NewReader(build(t, BuildOptions{})), OpenOptions{AllowUnsigned: true}); err != nil || b.Signed {
		t.Errorf("unsigned with permission: %+v, %v", b, err)
	}
	if _, err := Open(bytes.NewReader(drop(".signatures.json")), OpenOptions{PublicKey: public}); !errors.Is(err, ErrUnsigned) {
		t.Errorf("stripped signature: got %v, want ErrUnsigned", err)
	}
}

func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	if err := Build(&b, pack, BuildOptions{Revision: "r"}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(_ *testing.T, packed []byte) {
		_, _ = Open(bytes.NewReader(packed), OpenOptions{AllowUnsigned: true})
	})
}
