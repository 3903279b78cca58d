package gate

import (
	"slices"

	"github.com/mlpolicy/mlpolicy/internal/attest"
)

// signatureCode is the word by which controls know why a signature is not valid
// (sbom.Signature, "code"), made from the code of the verification.
func signatureCode(refusal string) string {
	switch refusal {
	case "identity", "issuer", "key":
		return "wrong_signer"
	case "method", "no_identity", "certificate":
		return "untrusted"
	case "expired", "signature", "missing":
		return refusal
	case "content", "changed":
		return "changed"
	case "unsigned":
		return "uncovered"
	case "symlink", "special":
		return "special"
	}
	return "other"
}

// severity is the order of what may differ: other bytes say more than a file too many.
var severity = []string{"changed", "missing", "special", "uncovered", "other"}

// worst is the code of the gravest difference.
func worst(differences []attest.Difference) string {
	best := len(severity) - 1
	for _, d := range differences {
		if i := slices.Index(severity, signatureCode(d.Code)); i >= 0 {
			best = min(best, i)
		}
	}
	return severity[best]
}
