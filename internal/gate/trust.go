package gate

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/engine"
	"github.com/mlpolicy/mlpolicy/internal/attest"
)

// modelDigest names, among the digests of the subject, the root digest of the model as
// OpenSSF Model Signing computes it.
const modelDigest = "model"

// material is what --trust files hold.
type material struct {
	keys     []attest.Key
	roots    attest.Trust // Roots, Times and Sigstore
	document []string     // digests of the files
}

// readTrust joins the trust blocks of the configuration, who may speak for which stage,
// with the material of the command line, by which certificates are checked.
func (g *Gate) readTrust() error {
	m, err := readMaterial(g.req.Trust)
	if err != nil {
		return err
	}
	g.policy = &attest.Policy{Now: g.req.Now}
	sum := slices.Clone(m.document)
	for i, t := range g.req.Config.Trust {
		block := attest.StageTrust{
			Name: cmp.Or(t.Stage, fmt.Sprintf("trust %d", i+1)), Stage: t.Stage, PredicateTypes: t.PredicateTypes, InputsFrom: t.InputsFrom, External: t.External,
			Trust: attest.Trust{Identity: t.CertificateIdentity, Issuer: t.Issuer, Now: g.req.Now},
		}
		for _, name := range t.PublicKeys {
			content, err := g.req.Read(name)
			if err != nil {
				return fmt.Errorf("trust %q: public key: %w", t.Stage, err)
			}
			key, err := attest.ReadPublicKey(content)
			if err != nil {
				return fmt.Errorf("trust %q: %s: %w", t.Stage, name, err)
			}
			block.Trust.Keys = append(block.Trust.Keys, attest.Key{Name: name, Public: key})
			sum = append(sum, t.Stage+" "+attest.KeyHint(key))
		}
		if t.CertificateIdentity != "" {
			block.Trust.Roots, block.Trust.Sigstore, block.Trust.Times = m.roots.Roots, m.roots.Sigstore, m.roots.Times
		}
		sum = append(sum, fmt.Sprintf("%+v", t))
		g.policy.Blocks = append(g.policy.Blocks, block)
	}
	if len(g.req.Config.Trust) == 0 && len(m.keys) > 0 {
		g.policy.Blocks = append(g.policy.Blocks, attest.StageTrust{Name: "command line", Trust: attest.Trust{Keys: m.keys, Now: g.req.Now}})
	}
	for _, digest := range slices.Sorted(maps.Keys(g.revoked)) {
		sum = append(sum, "revoked "+digest)
	}
	h := sha256.Sum256([]byte(strings.Join(sum, "\n")))
	g.trustSum = hex.EncodeToString(h[:])
	return nil
}

// readMaterial tells what each file of --trust is by what it holds.
func readMaterial(files []File) (*material, error) {
	m := &material{}
	for _, f := range files {
		sum := sha256.Sum256(f.Data)
		m.document = append(m.document, hex.EncodeToString(sum[:]))
		switch {
		case bytes.Contains(f.Data, []byte("-----BEGIN CERTIFICATE-----")):
			roots, err := attest.ReadCertificates(f.Data)
			if err != nil {
				return nil, fmt.Errorf("--trust %s: %w", f.Name, err)
			}
			if attest.IsTimeAuthority(roots) {
				authority, err := attest.NewTimeAuthority(roots)
				if err != nil {
					return nil, fmt.Errorf("--trust %s: %w", f.Name, err)
				}
				m.roots.Times = append(m.roots.Times, authority)
				continue
			}
			m.roots.Roots = append(m.roots.Roots, roots...)
		case bytes.Contains(f.Data, []byte("-----BEGIN PUBLIC KEY-----")):
			key, err := attest.ReadPublicKey(f.Data)
			if err != nil {
				return nil, fmt.Errorf("--trust %s: %w", f.Name, err)
			}
			m.keys = append(m.keys, attest.Key{Name: f.Name, Public: key})
		default:
			roots, err := attest.ReadTrustedRoots(f.Data)
			if err != nil {
				return nil, fmt.Errorf("--trust %s is neither PEM nor a Sigstore trusted root: %w", f.Name, err)
			}
			m.roots.Sigstore = append(m.roots.Sigstore, roots...)
		}
	}
	slices.Sort(m.document)
	return m, nil
}

// readRevocations reads the files of the revocations block: {"revoked": [{"digest":
// "sha256:…", "reason": "…"}]}. A file that cannot be read is an error: revocations that
// are not known cannot be passed over.
func (g *Gate) readRevocations() error {
	for _, r := range g.req.Config.Revoked {
		g.revoked[r.Digest] = r.Reason
	}
	for _, name := range g.req.Config.RevocationFiles {
		content, err := g.req.Read(name)
		if err != nil {
			return fmt.Errorf("revocations: %w", err)
		}
		list, err := ReadRevocations(content)
		if err != nil {
			return fmt.Errorf("revocations: %s: %w", name, err)
		}
		for _, r := range list {
			g.revoked[r.Digest] = r.Reason
		}
	}
	return nil
}

// ReadRevocations reads one file of revoked digests.
func ReadRevocations(content []byte) ([]engine.Revoked, error) {
	// A second list, or one behind the document, would be passed over in silence.
	if err := attest.CheckJSON(content); err != nil {
		return nil, err
	}
	var list struct {
		Revoked []struct {
			Digest string `json:"digest"`
			Reason string `json:"reason"`
		} `json:"revoked"`
	}
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, err
	}
	var out []engine.Revoked
	for i, r := range list.Revoked {
		algorithm, value, ok := strings.Cut(r.Digest, ":")
		if _, err := hex.DecodeString(value); !ok || algorithm == "" || value == "" || err != nil {
			return nil, fmt.Errorf("entry %d: %q is no digest (algorithm:hex)", i+1, r.Digest)
		}
		out = append(out, engine.Revoked{Digest: strings.ToLower(r.Digest), Reason: r.Reason}) // as digests are written everywhere else
	}
	return out, nil
}

// revocations are the revoked digests as configuration facts, sorted.
func (g *Gate) revocations(have []engine.Revoked) []engine.Revoked {
	out := slices.Clone(have)
	for _, digest := range slices.Sorted(maps.Keys(g.revoked)) {
		if !slices.ContainsFunc(out, func(r engine.Revoked) bool { return r.Digest == digest }) {
			out = append(out, engine.Revoked{Digest: digest, Reason: g.revoked[digest]})
		}
	}
	return out
}

func hexSum(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
