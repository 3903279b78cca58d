package decide

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/mlpolicy/mlpolicy/bundles"
	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest"
)

// SignatureSuffix ends the name of the Sigstore bundle that lies beside a policy bundle.
const SignatureSuffix = ".sigstore.json"

// proof is what the bundle of a policies block must prove, read from the law.
func (opts *PolicyOptions) proof(block engine.PackConfig) (bundles.OpenOptions, error) {
	var proof bundles.OpenOptions
	if block.PublicKey != "" {
		key, err := opts.Law.Read(block.PublicKey)
		if err != nil {
			return proof, fmt.Errorf("read public key: %w", err)
		}
		proof.PublicKey = key
	}
	if block.CertificateIdentity == "" && block.Signature == "" {
		return proof, nil
	}
	trust := &attest.Trust{Identity: block.CertificateIdentity, Issuer: block.Issuer, Now: time.Now()}
	if block.CertificateIdentity != "" {
		roots, err := opts.Law.Read(block.TrustedRoot)
		if err != nil {
			return proof, fmt.Errorf("read trusted root: %w", err)
		}
		if trust.Sigstore, err = attest.ReadTrustedRoots(roots); err != nil {
			return proof, fmt.Errorf("%s: %w", block.TrustedRoot, err)
		}
	} else {
		key, err := attest.ReadPublicKey(proof.PublicKey)
		if err != nil {
			return proof, fmt.Errorf("%s: %w", block.PublicKey, err)
		}
		trust.Keys = []attest.Key{{Name: block.PublicKey, Public: key}}
		proof.PublicKey = nil // the signature of this key is beside the bundle
	}
	proof.Verify = VerifyBeside(trust)
	return proof, opts.signatures(block, &proof)
}

// signatures reads the signature beside a bundle that is a file. Those of a bundle in a
// registry are there.
func (opts *PolicyOptions) signatures(block engine.PackConfig, proof *bundles.OpenOptions) error {
	name := block.Signature
	if name == "" {
		if strings.HasPrefix(block.Source, bundles.OCIScheme) {
			return nil
		}
		name = block.Source + SignatureSuffix
	}
	content, err := opts.Law.Read(name)
	if errors.Is(err, fs.ErrNotExist) && block.Signature == "" {
		return nil // Open says that there is none
	}
	if err != nil {
		return fmt.Errorf("read signature: %w", err)
	}
	proof.Signatures = [][]byte{content}
	return nil
}

// VerifyBeside verifies Sigstore bundles over a policy bundle (`cosign sign-blob`) or over
// its manifest in a registry (`cosign sign`).
func VerifyBeside(trust *attest.Trust) func(signature, packed []byte, manifest string) (string, error) {
	return func(signature, packed []byte, manifest string) (string, error) {
		signed, err := trust.VerifyArtifact(signature, attest.Artifact{Content: packed})
		if err != nil && manifest != "" && attest.RefusalCode(err) == "signature" {
			var second error
			if signed, second = trust.VerifyArtifact(signature, attest.Artifact{SHA256: manifest}); second == nil {
				err = nil
			}
		}
		if err != nil {
			return "", err
		}
		return signed.Identity, nil
	}
}
