package attest

import (
	"errors"
	"fmt"
)

// Malformed is a document that cannot be read strictly: nothing is known from it.
type Malformed struct{ Reason string }

func (e *Malformed) Error() string { return e.Reason }

// Refused is a document that was read and does not hold. Code is a stable word:
// signature, key, method, certificate, expired, identity, no_identity, issuer, content,
// missing, unsigned, symlink, special, changed, predicate, subject.
type Refused struct {
	Code   string
	Reason string
}

func (e *Refused) Error() string { return e.Reason }

func malformed(format string, args ...any) error {
	return &Malformed{Reason: fmt.Sprintf(format, args...)}
}

func refused(code, format string, args ...any) error {
	return &Refused{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// IsMalformed tells whether err means "cannot be read" rather than "does not hold".
func IsMalformed(err error) bool {
	var m *Malformed
	return errors.As(err, &m)
}

// RefusalCode is the code of a Refused in err, "" when there is none.
func RefusalCode(err error) string {
	var r *Refused
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}
