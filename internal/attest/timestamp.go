package attest

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sigstore/sigstore-go/pkg/root"
)

// maxTimestamps bounds the time stamps of one bundle; real ones have one or two.
const maxTimestamps = 32

// TimeAuthority is a time stamping authority (RFC 3161) that is trusted.
type TimeAuthority struct {
	Name      string // of its root
	authority root.TimestampingAuthority
}

// IsTimeAuthority tells whether certificates hold one that is for time stamping only
// (RFC 3161 §2.3).
func IsTimeAuthority(certificates []*x509.Certificate) bool {
	return slices.ContainsFunc(certificates, func(c *x509.Certificate) bool {
		return !c.IsCA && slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageTimeStamping)
	})
}

// NewTimeAuthority makes a trusted authority of its certificates in any order: the root,
// those between, and the one that signs stamps, which may also be in the stamp itself.
func NewTimeAuthority(certificates []*x509.Certificate) (*TimeAuthority, error) {
	a := &root.SigstoreTimestampingAuthority{}
	for _, c := range certificates {
		switch {
		case !c.IsCA && a.Leaf != nil:
			return nil, malformed("time authority: both %s and %s sign stamps", a.Leaf.Subject, c.Subject)
		case !c.IsCA:
			a.Leaf = c
		case string(c.RawIssuer) != string(c.RawSubject):
			a.Intermediates = append(a.Intermediates, c)
		case a.Root != nil:
			return nil, malformed("time authority: both %s and %s are roots", a.Root.Subject, c.Subject)
		default:
			a.Root = c
		}
	}
	if a.Root == nil {
		return nil, malformed("time authority: no certificate is a root")
	}
	return &TimeAuthority{Name: a.Root.Subject.String(), authority: a}, nil
}

// timeOf is when the bundle was signed, as far as anybody who is trusted says: the time
// of the first stamp that holds, else now. A stamp of somebody who is not trusted says
// nothing (OMS v1.0 §4.1 does not even expect one).
func (t *Trust) timeOf(b *Bundle) (at time.Time, stamped bool, why error) {
	var authorities []root.TimestampingAuthority
	for _, a := range t.Times {
		authorities = append(authorities, a.authority)
	}
	for _, r := range t.Sigstore {
		authorities = append(authorities, r.root.TimestampingAuthorities()...)
	}
	if len(authorities) == 0 && len(b.stamps) > 0 {
		return t.Now, false, errors.New("no time stamping authority is trusted")
	}
	for _, stamp := range b.stamps {
		verified, err := verifyStamp(stamp, b.signature, authorities)
		switch {
		case err != nil:
			why = err
		case verified.After(t.Now):
			why = fmt.Errorf("it says %s, which is to come", verified.UTC().Format(time.RFC3339))
		default:
			return verified, true, nil
		}
	}
	return t.Now, false, why
}

func verifyStamp(stamp, signature []byte, authorities []root.TimestampingAuthority) (time.Time, error) {
	var first error
	for _, a := range authorities {
		verified, err := a.Verify(stamp, signature)
		if err == nil {
			return verified.Time, nil
		}
		if first == nil {
			first = err
		}
	}
	return time.Time{}, first
}

// readStamps reads timestampVerificationData (sigstore_bundle.proto).
func readStamps(value any) ([][]byte, error) {
	const where = "bundle.verificationMaterial.timestampVerificationData"
	f := objectAt(where, value)
	entries, has := f.set("rfc3161Timestamps")
	f.only()
	if f.err != nil || !has {
		return nil, f.err
	}
	list, ok := entries.([]any)
	if !ok || len(list) > maxTimestamps {
		return nil, malformed("%s.rfc3161Timestamps is not a list of at most %d", where, maxTimestamps)
	}
	var out [][]byte
	for i, entry := range list {
		s := objectAt(fmt.Sprintf("%s.rfc3161Timestamps[%d]", where, i), entry)
		stamp := s.bytes("signedTimestamp")
		if s.err != nil {
			return nil, s.err
		}
		out = append(out, stamp)
	}
	return out, nil
}
