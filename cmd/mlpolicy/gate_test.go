package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"encoding/pem"
	"math/big"
	"os"
	"os/exec"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mlpolicy/mlpolicy/internal/attest/attesttest"
)

// keygen NAME… writes NAME.pem, NAME.pub and a self-signed NAME.crt for code signing:
// keys are made by the test, none is committed.
func keygen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: keygen NAME…")
	}
	for _, name := range args {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		ts.Check(err)
		private, err := x509.MarshalPKCS8PrivateKey(key)
		ts.Check(err)
		public, err := x509.MarshalPKIXPublicKey(key.Public())
		ts.Check(err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}, BasicConstraintsValid: true, IsCA: true,
		}
		certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		ts.Check(err)
		for file, block := range map[string]*pem.Block{
			name + ".pem": {Type: "PRIVATE KEY", Bytes: private}, name + ".pub": {Type: "PUBLIC KEY", Bytes: public}, name + ".crt": {Type: "CERTIFICATE", Bytes: certificate},
		} {
			ts.Check(os.WriteFile(ts.MkAbs(file), pem.EncodeToMemory(block), 0o600))
		}
	}
}

// keyless NAME IDENTITY FILE… signs files as an identity of a Sigstore instance of its own:
// FILE.sigstore.json beside each, and the instance's trusted root in NAME.json.
func keyless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: keyless NAME IDENTITY FILE…")
	}
	instance := attesttest.New()
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".json"), instance.TrustedRoot(), 0o644))
	for _, file := range args[2:] {
		content, err := os.ReadFile(ts.MkAbs(file))
		ts.Check(err)
		ts.Check(os.WriteFile(ts.MkAbs(file+".sigstore.json"), instance.Sign(args[1], "https://issuer.example", content), 0o644))
	}
}

// safetensors FILE writes a file with one tensor of two numbers.
func safetensors(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: safetensors FILE")
	}
	header := `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`
	content := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(content, make([]byte, 8)...), 0o644))
}

// netless PROGRAM ARGS… runs a program in a network namespace without interfaces, where
// the system lets us make one, else as it is.
func netless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: netless PROGRAM ARGS…")
	}
	if exec.Command("unshare", "-n", "true").Run() == nil {
		args = append([]string{"unshare", "-n"}, args...)
	}
	ts.Check(ts.Exec(args[0], args[1:]...))
}
